"""Tables of the schema `gap`: the rules in force and what they found."""

from linkage_models.relations import Column, Table

RULE = Table(
    "gap",
    "rule",
    "One row per gap rule in force.",
    ("rule_id",),
    (
        Column("rule_id", "VARCHAR", "The rule, for example G02.", required=True),
        Column("title", "VARCHAR", "What it flags.", required=True),
        Column("severity", "VARCHAR", "critical, high or medium.", required=True),
        Column("owner_role", "VARCHAR", "Who must act.", required=True),
        Column("sla_days", "INTEGER", "Days to act in.", required=True),
        Column("statutory", "BOOLEAN", "Whether law or a system's own logic sets the days.", required=True),
        Column("basis", "VARCHAR", "What the rule rests on.", required=True),
    ),
)

FINDING = Table(
    "gap",
    "finding",
    "One row per gap: information one system holds and another that should hold it does not.",
    ("gap_id",),
    (
        Column("gap_id", "VARCHAR", "The gap; stable while its subject, rule, systems and matter stay.", required=True),
        Column("subject_id", "VARCHAR", "The subject it concerns.", required=True),
        Column("rule_id", "VARCHAR", "The rule that found it.", required=True),
        Column("held_by", "VARCHAR", "Source system that holds the information.", required=True),
        Column("expected_in", "VARCHAR", "Source system that should hold it, or `all`.", required=True),
        Column("matter", "VARCHAR", "What tells two gaps of one rule and subject apart.", required=True),
        Column("severity", "VARCHAR", "critical, high or medium.", required=True),
        Column("owner_role", "VARCHAR", "Who must act.", required=True),
        Column("due_date", "DATE", "By when."),
        Column("first_seen", "TIMESTAMP", "The run that first found it (UTC).", required=True),
        Column("last_seen", "TIMESTAMP", "The last change of its status (UTC).", required=True),
        Column("status", "VARCHAR", "open or closed.", required=True),
        Column("cause", "VARCHAR", "not_held, held_but_unlinked, not_due, feed_stale or withheld.", required=True),
        Column("confidence", "DOUBLE", "Probability that the gap is real, given the links it rests on.", required=True),
        Column("near_miss_record", "VARCHAR", "Unlinked record in the expected system that may explain it."),
        Column("sentence", "VARCHAR", "The gap in plain words.", required=True),
        Column("evidence", "JSON", "The records and items it rests on.", required=True),
        Column("marking", "VARCHAR", "Highest marking of what it rests on; empty means deny."),
        Column("rests_on", "JSON", "All records and items it rests on, those that make a risk subject among them."),
    ),
)

GAP: tuple[Table, ...] = (RULE, FINDING)
