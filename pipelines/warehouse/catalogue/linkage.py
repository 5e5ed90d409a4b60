"""Tables of the schema `linkage`: scored pairs, people's decisions, subjects and runs."""

from linkage_models.relations import (
    CAPPED_BLOCK,
    DECISION,
    EDGE,
    MEMBERSHIP,
    REVIEW_FLAG,
    SCORED,
    SUBJECT_EVENT,
    Column,
    Table,
)

RUN = Table(
    "linkage",
    "run",
    "One row per run of the nightly job.",
    ("run_id",),
    (
        Column("run_id", "VARCHAR", "The run.", required=True),
        Column("as_of", "TIMESTAMP", "The instant the run took for now (UTC).", required=True),
        Column("started_at", "TIMESTAMP", "When it began to write (UTC, by the clock).", required=True),
        Column("finished_at", "TIMESTAMP", "When it published (UTC, by the clock); empty if it did not."),
        Column("bundle", "VARCHAR", "Version of the model bundle.", required=True),
        Column("inputs", "JSON", "The load in force per source system.", required=True),
        Column("counts", "JSON", "Records, edges, subjects and gaps.", required=True),
        Column("versions", "JSON", "Versions of Conjoin and its libraries.", required=True),
        Column("timings", "JSON", "Seconds per stage.", required=True),
    ),
)

LINKAGE: tuple[Table, ...] = (EDGE, SCORED, CAPPED_BLOCK, DECISION, MEMBERSHIP, REVIEW_FLAG, SUBJECT_EVENT, RUN)
