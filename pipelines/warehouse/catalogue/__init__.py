"""The catalogue: every table Conjoin keeps or publishes, with its columns, types, comments and keys.

DDL, Dagster column metadata, schema checks and the analysts' data dictionary all come from here.
"""

from linkage_models.relations import Column, Table
from pipelines.warehouse.catalogue.audience import AUDIENCE
from pipelines.warehouse.catalogue.conjoin import CONJOIN
from pipelines.warehouse.catalogue.gap import GAP
from pipelines.warehouse.catalogue.linkage import LINKAGE
from pipelines.warehouse.catalogue.linked import LINKED
from pipelines.warehouse.catalogue.nominal import NOMINAL

WAREHOUSE: tuple[Table, ...] = (*CONJOIN, *NOMINAL, *LINKAGE, *GAP, *AUDIENCE)
"""Tables of the warehouse: its format, then those of the flow in order."""

ALL: dict[str, Table] = {table.qualified: table for table in (*WAREHOUSE, *LINKED)}
"""Every table by its qualified name, for example `nominal.record`."""

__all__ = ["ALL", "AUDIENCE", "CONJOIN", "GAP", "LINKAGE", "LINKED", "NOMINAL", "WAREHOUSE", "Column", "Table"]
