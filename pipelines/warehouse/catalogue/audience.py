"""Tables of the schema `audience`: where what an audience may see leads to other links, subjects or gaps.

Each holds, audience by audience, rows of a table of the flow, for the records that the audience's account covers. All
other records are for the audience as they are for everybody.
"""

from __future__ import annotations

from linkage_models.relations import EDGE, MEMBERSHIP, REVIEW_FLAG, SUBJECT_EVENT, Column, Table
from pipelines.warehouse.catalogue import gap

_AUDIENCE = Column("audience", "VARCHAR", "The audience.", required=True)

RECORD = Table(
    "audience",
    "record",
    "One row per audience and nominal record whose links are not, or may not be, those that everything says.",
    ("audience", "record_key"),
    (
        _AUDIENCE,
        Column("record_key", "VARCHAR", "The nominal record.", required=True),
        Column("as_seen", "VARCHAR", "Hash of what the audience sees of it; empty where it sees all, or nothing."),
    ),
)


def _of_audience(table: Table, key: tuple[str, ...] | None = None) -> Table:
    """Return the table of an audience's own rows of a table of the flow."""
    grain = f"{table.grain[:-1]}, as an audience's account has it."
    return Table("audience", table.name, grain, ("audience", *(key or table.key)), (_AUDIENCE, *table.columns))


ACCOUNT: tuple[Table, ...] = (
    RECORD,
    *map(_of_audience, (EDGE, MEMBERSHIP, REVIEW_FLAG)),
    # What an account takes over of the common history keeps its number; a run numbers its own events after all others.
    _of_audience(SUBJECT_EVENT, ("run_id", "event_id")),
)
"""What resolving subjects keeps."""

FINDING = _of_audience(gap.FINDING)
"""What finding gaps keeps."""

AUDIENCE: tuple[Table, ...] = (*ACCOUNT, FINDING)
