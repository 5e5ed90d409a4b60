"""The tables of the schema `conjoin`: what the warehouse says about itself, and of the audit log beside it."""

from linkage_models.relations import Column, Table

FORMAT = Table(
    "conjoin",
    "format",
    "One row per format the warehouse has had since formats are numbered; the highest is the present one.",
    ("number",),
    (
        Column("number", "INTEGER", "The format.", required=True),
        Column("conjoin", "VARCHAR", "The version of Conjoin that brought the warehouse to it.", required=True),
        Column("since", "TIMESTAMP", "Since when (UTC, by the clock).", required=True),
    ),
)

AUDIT_HEAD = Table(
    "conjoin",
    "audit_head",
    "One row, once there is an entry: how far the audit log had come when the warehouse was last told.",
    ("entries",),
    (
        Column("entries", "BIGINT", "How many entries there were.", required=True),
        Column("hash", "VARCHAR", "The hash of the last.", required=True),
    ),
)

CONJOIN: tuple[Table, ...] = (FORMAT, AUDIT_HEAD)
