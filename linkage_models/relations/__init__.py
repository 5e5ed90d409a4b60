"""The tables that linking reads and writes, and how SQL on them is kept, built and quoted.

Nothing here knows the model. A notebook finds here the shapes of what it must bring (`RECORD`, `DECISION`) and of what
it gets (`EDGE`, `MEMBERSHIP`); `RECORD.ddl()` gives the statements that make such a table.
"""

from linkage_models.relations.linkage import (
    CAPPED_BLOCK,
    DECISION,
    EDGE,
    EVIDENCE,
    MEMBERSHIP,
    REVIEW_FLAG,
    SCORED,
    SUBJECT_EVENT,
)
from linkage_models.relations.nominal import ADDRESS, CONTACT_POINT, IDENTIFIER, MERGE, NAME, RECORD
from linkage_models.relations.query import Steps, columns, named_rows, single_row, single_value, statement, union
from linkage_models.relations.quoting import literal, quote, relation
from linkage_models.relations.table import Column, Table
from linkage_models.relations.temporary import Temporaries

__all__ = [
    "ADDRESS",
    "CAPPED_BLOCK",
    "CONTACT_POINT",
    "DECISION",
    "EDGE",
    "EVIDENCE",
    "IDENTIFIER",
    "MEMBERSHIP",
    "MERGE",
    "NAME",
    "RECORD",
    "REVIEW_FLAG",
    "SCORED",
    "SUBJECT_EVENT",
    "Column",
    "Steps",
    "Table",
    "Temporaries",
    "columns",
    "literal",
    "named_rows",
    "quote",
    "relation",
    "single_row",
    "single_value",
    "statement",
    "union",
]
