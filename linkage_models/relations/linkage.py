"""What linking writes and reads again: scored pairs, people's decisions, and subjects with their history."""

from linkage_models.relations.table import Column, Table

EVIDENCE = "STRUCT(comparison VARCHAR, level VARCHAR, weight DOUBLE)[]"

EDGE = Table(
    "linkage",
    "edge",
    "One row per scored pair of nominal records at or above the review threshold.",
    ("record_l", "record_r"),
    (
        Column("record_l", "VARCHAR", "The pair's smaller record key.", required=True),
        Column("record_r", "VARCHAR", "The pair's larger record key.", required=True),
        Column("match_weight", "DOUBLE", "log2 of the posterior odds; equals the sum of the evidence.", required=True),
        Column("match_probability", "DOUBLE", "Probability that both are of one person.", required=True),
        Column("evidence", EVIDENCE, "What each comparison found and added to the weight.", required=True),
        Column("bundle", "VARCHAR", "Version of the model bundle that scored it.", required=True),
    ),
)

SCORED = Table(
    "linkage",
    "scored",
    "One row per nominal record as it was when its pairs were last scored.",
    ("record_key",),
    (
        Column("record_key", "VARCHAR", "The nominal record.", required=True),
        Column("feature_hash", "VARCHAR", "Hash of the features the model saw.", required=True),
        Column(
            "bundle", "VARCHAR", "Version of the model bundle, and digest of the SQL, that scored it.", required=True
        ),
    ),
)

CAPPED_BLOCK = Table(
    "linkage",
    "capped_block",
    "One row per block of records too large to compare: its pairs are compared only where another rule brings them up.",
    ("blocking_key",),
    (
        Column("blocking_key", "UBIGINT", "Hash of what the records share.", required=True),
        Column("rule", "VARCHAR", "The blocking rule.", required=True),
        Column("records", "BIGINT", "Records of the block.", required=True),
    ),
)

DECISION = Table(
    "linkage",
    "decision",
    "One row per person's ruling that two nominal records are, or are not, of one person.",
    ("decision_id",),
    (
        Column("decision_id", "VARCHAR", "The decision.", required=True),
        Column("record_a", "VARCHAR", "The pair's smaller record key.", required=True),
        Column("record_b", "VARCHAR", "The pair's larger record key.", required=True),
        Column("verdict", "VARCHAR", "same or different.", required=True),
        Column("decided_by", "VARCHAR", "Who decided.", required=True),
        Column("decided_at", "TIMESTAMP", "When (UTC).", required=True),
        Column("reason", "VARCHAR", "Why.", required=True),
        Column("withdrawn_by", "VARCHAR", "Who withdrew it; empty while it holds."),
        Column("withdrawn_at", "TIMESTAMP", "When it was withdrawn (UTC)."),
        Column("withdrawn_reason", "VARCHAR", "Why it was withdrawn."),
    ),
)

MEMBERSHIP = Table(
    "linkage",
    "membership",
    "One row per stay of a nominal record in a subject; the open row is the present one.",
    ("record_key", "subject_id", "since"),
    (
        Column("record_key", "VARCHAR", "The nominal record.", required=True),
        Column("subject_id", "VARCHAR", "The subject it belongs to.", required=True),
        Column("since", "TIMESTAMP", "From when (UTC).", required=True),
        Column("until", "TIMESTAMP", "Until when (UTC); empty while it lasts."),
        Column("strict_subject_id", "VARCHAR", "Its part of the subject at the strict threshold."),
        Column("wide_subject_id", "VARCHAR", "The subject it would be in at the wide threshold."),
    ),
)

REVIEW_FLAG = Table(
    "linkage",
    "review_flag",
    "One row per nominal record and reason that its place in a subject needs a person's eye.",
    ("record_key", "flag"),
    (
        Column("record_key", "VARCHAR", "The nominal record.", required=True),
        Column("flag", "VARCHAR", "Why, for example cannot_link_conflict.", required=True),
    ),
)

SUBJECT_EVENT = Table(
    "linkage",
    "subject_event",
    "One row per creation, merge, split or retirement of subjects.",
    ("event_id",),
    (
        Column("event_id", "BIGINT", "The event, counted from 1.", required=True),
        Column("happened_at", "TIMESTAMP", "When (UTC).", required=True),
        Column("run_id", "VARCHAR", "The run that made it.", required=True),
        Column("kind", "VARCHAR", "created, merged, split or retired.", required=True),
        Column("old_subject_ids", "VARCHAR[]", "Subjects before.", required=True),
        Column("new_subject_ids", "VARCHAR[]", "Subjects after.", required=True),
        Column("reason", "VARCHAR", "Why, in words.", required=True),
    ),
)
