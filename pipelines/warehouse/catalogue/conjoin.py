"""The table of the schema `conjoin`: what the warehouse says about itself."""

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

CONJOIN: tuple[Table, ...] = (FORMAT,)
