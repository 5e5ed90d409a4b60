"""Tables of the schema `nominal`: what the source systems hold, in the canonical shape."""

from linkage_models.relations import MERGE, RECORD, Column, Table

INFORMATION_ITEM = Table(
    "nominal",
    "information_item",
    "One row per information item: one thing a source system knows about a person.",
    ("item_key",),
    (
        Column("item_key", "VARCHAR", "Hash naming the item: record, kind, source id or content.", required=True),
        Column("record_key", "VARCHAR", "The nominal record the item belongs to.", required=True),
        Column("source_system", "VARCHAR", "The source system that holds the item.", required=True),
        Column("kind", "VARCHAR", "What it is: alert, registration, custody, address ...", required=True),
        Column("code", "VARCHAR", "Its code, for example XTACT, RTAO, P102."),
        Column("value", "VARCHAR", "Its text or value, standardised if the kind has a standard form."),
        Column("item_date", "DATE", "The date the item is about, for example a release date."),
        Column("from_date", "DATE", "In force from."),
        Column("to_date", "DATE", "In force until; empty while open."),
        Column("active", "BOOLEAN", "Whether the source holds the item as in force."),
        Column("detail", "JSON", "Further fields the source gives, by name."),
        Column("marking", "VARCHAR", "Government marking; empty means deny."),
        Column("handling", "VARCHAR", "Handling code or grading."),
        Column("originator", "VARCHAR", "Body that owns the item."),
        Column("content_hash", "VARCHAR", "Hash of the item; equal hashes mean an unchanged item.", required=True),
        Column("first_load_id", "VARCHAR", "The load in which the item was first seen.", required=True),
        Column("load_id", "VARCHAR", "The load in which the item last changed.", required=True),
        Column("resource", "VARCHAR", "Table or file of the source it came from.", required=True),
        Column("landed_row", "BIGINT", "Row of the landed file it came from, counted from 1.", required=True),
    ),
)

QUARANTINE = Table(
    "nominal",
    "quarantine",
    "One row per landed row that could not become a nominal record or an item, with its reason.",
    ("load_id", "source_system", "resource", "landed_row", "part", "reason"),
    (
        Column("source_system", "VARCHAR", "The source system that gave the row.", required=True),
        Column("load_id", "VARCHAR", "The load it came in.", required=True),
        Column("resource", "VARCHAR", "Table or file of the source.", required=True),
        Column("landed_row", "BIGINT", "Line or row it stood at, counted from 1.", required=True),
        Column(
            "part", "INTEGER", "Position inside a nested list, counted from 1; 0 for the row itself.", required=True
        ),
        Column("reason", "VARCHAR", "Reason code, for example truncated_line or duplicate_key.", required=True),
        Column("explanation", "VARCHAR", "The reason in words, without any personal value.", required=True),
        Column("raw", "VARCHAR", "The row as the source gave it."),
    ),
)

LOAD = Table(
    "nominal",
    "load",
    "One row per resource of each load applied or refused, with counts in against counts out.",
    ("load_id", "source_system", "resource"),
    (
        Column("load_id", "VARCHAR", "The load.", required=True),
        Column("source_system", "VARCHAR", "The source system.", required=True),
        Column("resource", "VARCHAR", "Table, file or nested list of the source.", required=True),
        Column("rows_extracted", "BIGINT", "Rows the source gave.", required=True),
        Column("rows_accepted", "BIGINT", "Rows that became a nominal record or an information item.", required=True),
        Column("rows_quarantined", "BIGINT", "Rows in quarantine.", required=True),
        Column(
            "rows_deleted", "BIGINT", "Rows the source marks as deleted, or merged into another record.", required=True
        ),
        Column("checksum", "VARCHAR", "SHA-256 of what was delivered.", required=True),
        Column(
            "mapping_hash", "VARCHAR", "Hash of the YAML mapping and standard forms it was applied with.", required=True
        ),
        Column("delivered_at", "TIMESTAMP", "When it was first extracted (UTC, as the run saw it).", required=True),
        Column("last_seen_at", "TIMESTAMP", "When the source last delivered the same (UTC).", required=True),
        Column("records_before", "BIGINT", "Nominal records of the source before the load.", required=True),
        Column("records_new", "BIGINT", "Nominal records of the source the load added.", required=True),
        Column("records_changed", "BIGINT", "Nominal records of the source the load changed.", required=True),
        Column("records_deleted", "BIGINT", "Nominal records of the source the load removed.", required=True),
        Column("dates_given", "BIGINT", "Dates in the accepted rows of the source.", required=True),
        Column("unreadable_dates", "BIGINT", "Those that could not be read and are left empty.", required=True),
        Column("unmapped_codes", "BIGINT", "Codes that the source's code lists lack, kept as they are.", required=True),
        Column(
            "unknown_kinds", "BIGINT", "Identifiers and contact points of an unknown kind, left out.", required=True
        ),
        Column("invalid_identifiers", "BIGINT", "Identifiers that fail the check of their kind.", required=True),
        Column("refused", "VARCHAR", "Why the load was not taken over; empty if it was."),
        Column(
            "implausible_birth_dates", "BIGINT", "Dates of birth that cannot be one's own for their year, left out."
        ),
        Column("placeholder_birth_dates", "BIGINT", "Dates of birth that only fill the field, left out."),
        Column("partial_birth_dates", "BIGINT", "Dates of birth of which the year, or year and month, is known."),
    ),
)

FEED = Table(
    "nominal",
    "feed",
    "One row per source system: whether its newest delivery is in force.",
    ("source_system",),
    (
        Column("source_system", "VARCHAR", "The source system.", required=True),
        Column(
            "state",
            "VARCHAR",
            "`current`; `refused`: the newest load must not be trusted; `failed`: the newest delivery cannot be read.",
            required=True,
        ),
        Column("problem", "VARCHAR", "Why it is not current, in words, without any personal value."),
        Column("since", "TIMESTAMP", "Since when the feed has been in this state (UTC).", required=True),
        Column("load_id", "VARCHAR", "The load in force."),
        Column("last_seen_at", "TIMESTAMP", "When the source last delivered what is in force (UTC)."),
    ),
)

PROFILE = Table(
    "nominal",
    "profile",
    "One row per field and per code of each load applied: how many nominal records or items have it.",
    ("source_system", "load_id", "measure", "name"),
    (
        Column("source_system", "VARCHAR", "The source system.", required=True),
        Column("load_id", "VARCHAR", "The load.", required=True),
        Column("measure", "VARCHAR", "`field`: records that have it. `code`: records or items with it.", required=True),
        Column(
            "name", "VARCHAR", "The field, or the code with its field or kind, for example alert:XTACT.", required=True
        ),
        Column("rows", "BIGINT", "How many have it.", required=True),
        Column("of_rows", "BIGINT", "Of how many.", required=True),
    ),
)

NOMINAL: tuple[Table, ...] = (RECORD, INFORMATION_ITEM, QUARANTINE, LOAD, MERGE, FEED, PROFILE)
