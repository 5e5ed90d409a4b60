"""The catalogue: every table Conjoin keeps or publishes, with its columns, types, comments and keys.

DDL, Dagster column metadata, schema checks and the analysts' data dictionary all come from here.
"""

from linkage_models.relations import Column, Table
from pipelines.warehouse.catalogue.gap import GAP
from pipelines.warehouse.catalogue.linkage import LINKAGE
from pipelines.warehouse.catalogue.linked import LINKED
from pipelines.warehouse.catalogue.nominal import NOMINAL

WAREHOUSE: tuple[Table, ...] = (*NOMINAL, *LINKAGE, *GAP)
"""Tables of the warehouse, in flow order."""

ALL: dict[str, Table] = {table.qualified: table for table in (*WAREHOUSE, *LINKED)}
"""Every table by its qualified name, for example `nominal.record`."""

__all__ = ["ALL", "GAP", "LINKAGE", "LINKED", "NOMINAL", "WAREHOUSE", "Column", "Table"]
