"""Tables of the published schema `linked`: what analysts rely on. Additions are fine, renames are breaking."""

from linkage_models.relations import EVIDENCE, Column, Table
from pipelines.warehouse.catalogue.linkage import RUN
from pipelines.warehouse.catalogue.nominal import FEED

SUBJECT = Table(
    "linked",
    "subject",
    "One row per subject: a set of nominal records held to be one person.",
    ("subject_id",),
    (
        Column("subject_id", "VARCHAR", "Permanent id of the subject.", required=True),
        Column("display_name", "VARCHAR", "The name most of its records give, as given."),
        Column("birth_date", "DATE", "The date of birth most of its records give."),
        Column("sex", "VARCHAR", "M or F if most of its records agree."),
        Column(
            "names",
            "STRUCT(name VARCHAR, forename VARCHAR, middle_names VARCHAR, surname VARCHAR, "
            "kinds VARCHAR[], source_systems VARCHAR[])[]",
            "Every name and alias (standardised), with the systems that hold it.",
        ),
        Column("birth_dates", "STRUCT(birth_date DATE, source_systems VARCHAR[])[]", "Every date of birth, likewise."),
        Column(
            "identifiers",
            "STRUCT(kind VARCHAR, value VARCHAR, valid BOOLEAN, source_systems VARCHAR[])[]",
            "Every identifier, with whether its check holds, likewise.",
        ),
        Column(
            "addresses",
            "STRUCT(address VARCHAR, postcode VARCHAR, source_systems VARCHAR[])[]",
            "Every address, likewise.",
        ),
        Column("source_systems", "VARCHAR[]", "The systems that hold a record of the subject.", required=True),
        Column(
            "services", "VARCHAR[]", "The services (police, prison, probation, ...) those belong to.", required=True
        ),
        Column("record_count", "BIGINT", "Number of nominal records.", required=True),
        Column("weakest_link_weight", "DOUBLE", "Lowest match weight on the strongest tree that joins its records."),
        Column("review_flags", "VARCHAR[]", "Why a person should look at it; empty list for none.", required=True),
        Column(
            "partial_birth_dates",
            "STRUCT(birth_date VARCHAR, source_systems VARCHAR[])[]",
            "Dates of birth of which the year (`YYYY`) or year and month (`YYYY-MM`) is known, with the systems.",
        ),
    ),
)

SUBJECT_RECORD = Table(
    "linked",
    "subject_record",
    "One row per nominal record, with the subject it belongs to.",
    ("record_key",),
    (
        Column("subject_id", "VARCHAR", "The subject.", required=True),
        Column("record_key", "VARCHAR", "Source system and record id, joined by a colon.", required=True),
        Column("source_system", "VARCHAR", "The source system.", required=True),
        Column("source_record_id", "VARCHAR", "The record's id in it.", required=True),
        Column("strict_subject_id", "VARCHAR", "Its part of the subject at the strict threshold.", required=True),
        Column("wide_subject_id", "VARCHAR", "The subject it would be in at the wide threshold.", required=True),
        Column("linked_since", "TIMESTAMP", "Since when it is in the subject (UTC).", required=True),
        Column("name", "VARCHAR", "Its primary name, as given."),
        Column("birth_date", "DATE", "Its primary date of birth."),
    ),
)

LINK = Table(
    "linked",
    "link",
    "One row per edge: a scored or decided pair of nominal records inside a subject or near it.",
    ("record_l", "record_r"),
    (
        Column("record_l", "VARCHAR", "The pair's smaller record key.", required=True),
        Column("record_r", "VARCHAR", "The pair's larger record key.", required=True),
        Column("subject_id_l", "VARCHAR", "Subject of the first.", required=True),
        Column("subject_id_r", "VARCHAR", "Subject of the second.", required=True),
        Column("relation", "VARCHAR", "within (one subject), near_miss, or kept_apart.", required=True),
        Column("match_weight", "DOUBLE", "log2 of the posterior odds; empty for a decided pair never scored."),
        Column("match_probability", "DOUBLE", "Probability that both are of one person."),
        Column("evidence", EVIDENCE, "What each comparison found and added to the weight; sums to it."),
        Column("decided_by", "VARCHAR", "model, identifier (agreement decided it) or person.", required=True),
    ),
)

INFORMATION = Table(
    "linked",
    "information",
    "One row per information item, with the subject it concerns.",
    ("item_key",),
    (
        Column("item_key", "VARCHAR", "The item.", required=True),
        Column("subject_id", "VARCHAR", "The subject.", required=True),
        Column("record_key", "VARCHAR", "The nominal record it hangs on.", required=True),
        Column("source_system", "VARCHAR", "The source system that holds it.", required=True),
        Column("kind", "VARCHAR", "What it is: alert, registration, custody, address ...", required=True),
        Column("code", "VARCHAR", "Its code."),
        Column("value", "VARCHAR", "Its text or value."),
        Column("item_date", "DATE", "The date the item is about."),
        Column("from_date", "DATE", "In force from."),
        Column("to_date", "DATE", "In force until; empty while open."),
        Column("active", "BOOLEAN", "Whether the source holds it as in force."),
        Column("detail", "JSON", "Further fields the source gives."),
        Column("marking", "VARCHAR", "Government marking.", required=True),
        Column("handling", "VARCHAR", "Handling code or grading."),
        Column("originator", "VARCHAR", "Body that owns the item."),
    ),
)

COVERAGE = Table(
    "linked",
    "coverage",
    "One row per subject and source system: whether it knows the subject and which kinds of information it holds.",
    ("subject_id", "source_system"),
    (
        Column("subject_id", "VARCHAR", "The subject.", required=True),
        Column("source_system", "VARCHAR", "The source system.", required=True),
        Column("service", "VARCHAR", "The service it belongs to.", required=True),
        Column("record_count", "BIGINT", "Nominal records it holds of the subject; 0 for none.", required=True),
        Column("kinds", "VARCHAR[]", "Kinds of information it holds.", required=True),
        Column("item_count", "BIGINT", "Information items it holds.", required=True),
    ),
)

INFORMATION_GAP = Table(
    "linked",
    "information_gap",
    "One row per gap: what one system holds about a subject and another that should hold it does not.",
    ("gap_id",),
    (
        Column("gap_id", "VARCHAR", "The gap.", required=True),
        Column("subject_id", "VARCHAR", "The subject.", required=True),
        Column("rule_id", "VARCHAR", "The rule that found it.", required=True),
        Column("title", "VARCHAR", "What the rule flags.", required=True),
        Column("held_by", "VARCHAR", "Source system that holds the information.", required=True),
        Column("expected_in", "VARCHAR", "Source system that should hold it, or `all`.", required=True),
        Column("matter", "VARCHAR", "What tells two gaps of one rule and subject apart; else empty.", required=True),
        Column("severity", "VARCHAR", "critical, high or medium.", required=True),
        Column("owner_role", "VARCHAR", "Who must act.", required=True),
        Column("due_date", "DATE", "By when."),
        Column("first_seen", "TIMESTAMP", "The run that first found it (UTC).", required=True),
        Column("status", "VARCHAR", "open or closed.", required=True),
        Column("cause", "VARCHAR", "not_held, held_but_unlinked, not_due, feed_stale or withheld.", required=True),
        Column("confidence", "DOUBLE", "Probability that the gap is real, given the links it rests on.", required=True),
        Column("near_miss_record", "VARCHAR", "Unlinked record in the expected system that may explain it."),
        Column("sentence", "VARCHAR", "The gap in plain words.", required=True),
        Column("evidence", "JSON", "The records and items it rests on.", required=True),
        Column("marking", "VARCHAR", "Highest marking of what it rests on.", required=True),
    ),
)

SUBJECT_EVENT = Table(
    "linked",
    "subject_event",
    "One row per creation, merge, split or retirement of subjects.",
    ("event_id",),
    (
        Column("event_id", "BIGINT", "The event.", required=True),
        Column("happened_at", "TIMESTAMP", "When (UTC).", required=True),
        Column("run_id", "VARCHAR", "The run that made it.", required=True),
        Column("kind", "VARCHAR", "created, merged, split or retired.", required=True),
        Column("old_subject_ids", "VARCHAR[]", "Subjects before.", required=True),
        Column("new_subject_ids", "VARCHAR[]", "Subjects after.", required=True),
        Column("reason", "VARCHAR", "Why, in words.", required=True),
    ),
)

SOURCE_LOAD = Table(
    "linked",
    "source_load",
    "One row per source system and resource: the load in force, with rows in against rows out.",
    ("source_system", "resource"),
    (
        Column("source_system", "VARCHAR", "The source system.", required=True),
        Column("resource", "VARCHAR", "Table, file or nested list of the source.", required=True),
        Column("load_id", "VARCHAR", "The load in force.", required=True),
        Column("rows_extracted", "BIGINT", "Rows the source gave.", required=True),
        Column("rows_accepted", "BIGINT", "Rows that became a nominal record or an information item.", required=True),
        Column("rows_quarantined", "BIGINT", "Rows in quarantine.", required=True),
        Column(
            "rows_deleted", "BIGINT", "Rows the source marks as deleted, or merged into another record.", required=True
        ),
        Column("delivered_at", "TIMESTAMP", "When it was first extracted (UTC).", required=True),
        Column("last_seen_at", "TIMESTAMP", "When the source last delivered the same (UTC).", required=True),
    ),
)

FEED_PUBLISHED = Table("linked", "feed", FEED.grain, FEED.key, FEED.columns)

RUN_PUBLISHED = Table("linked", "run", RUN.grain, RUN.key, RUN.columns)

MEMBERSHIP_HISTORY = Table(
    "linked",
    "membership_history",
    "One row per stay of a nominal record in a subject; `subject_as_of` reads it.",
    ("record_key", "subject_id", "since"),
    (
        Column("record_key", "VARCHAR", "The nominal record.", required=True),
        Column("subject_id", "VARCHAR", "The subject it belonged to.", required=True),
        Column("since", "TIMESTAMP", "From when (UTC).", required=True),
        Column("until", "TIMESTAMP", "Until when (UTC); empty while it lasts."),
    ),
)

SNAPSHOT = Table(
    "linked",
    "snapshot",
    "One row: what the snapshot says of itself.",
    ("format",),
    (
        Column(
            "format", "INTEGER", "The format of the snapshot; one without this table is of format 1.", required=True
        ),
        Column("conjoin", "VARCHAR", "The version of Conjoin that published it.", required=True),
        Column("audit_entries", "BIGINT", "How many entries the audit log had when it was published."),
        Column("audit_hash", "VARCHAR", "The hash of the last of them, by which `conjoin audit` proves the log."),
    ),
)

DATA_DICTIONARY = Table(
    "linked",
    "data_dictionary",
    "One row per column of every published table, and one per table (column_name empty).",
    ("table_name", "column_name"),
    (
        Column("table_name", "VARCHAR", "The table or macro.", required=True),
        Column("column_name", "VARCHAR", "The column; an empty string for the table itself.", required=True),
        Column("data_type", "VARCHAR", "DuckDB type."),
        Column("description", "VARCHAR", "What it holds.", required=True),
    ),
)

NAME_TOKEN = Table(
    "linked",
    "name_token",
    "One row per part of each name of each subject; `find_subject` reads it.",
    ("token", "subject_id", "name"),
    (
        Column("token", "VARCHAR", "One part of the name, as `fold_name` writes it.", required=True),
        Column("subject_id", "VARCHAR", "The subject.", required=True),
        Column("name", "VARCHAR", "The whole name, as `fold_name` writes it.", required=True),
        Column("birth_dates", "DATE[]", "Every date of birth of the subject."),
    ),
)

NAME_VOCABULARY = Table(
    "linked",
    "name_vocabulary",
    "One row per distinct part of a name; `find_subject` seeks close spellings in it.",
    ("token",),
    (
        Column("token", "VARCHAR", "The part of a name, as `fold_name` writes it.", required=True),
        Column("subject_count", "BIGINT", "Subjects that have a name with it.", required=True),
    ),
)

LINKED: tuple[Table, ...] = (
    SUBJECT,
    SUBJECT_RECORD,
    LINK,
    INFORMATION,
    COVERAGE,
    INFORMATION_GAP,
    SUBJECT_EVENT,
    SOURCE_LOAD,
    FEED_PUBLISHED,
    MEMBERSHIP_HISTORY,
    RUN_PUBLISHED,
    NAME_TOKEN,
    NAME_VOCABULARY,
    SNAPSHOT,
    DATA_DICTIONARY,
)
