"""What linking reads of the source systems: nominal records and the merges that sources report."""

from linkage_models.relations.table import Column, Table

NAME = "STRUCT(kind VARCHAR, forename VARCHAR, middle_names VARCHAR, surname VARCHAR, as_given VARCHAR)"
IDENTIFIER = "STRUCT(kind VARCHAR, value VARCHAR, valid BOOLEAN, as_given VARCHAR)"
ADDRESS = "STRUCT(address VARCHAR, postcode VARCHAR, from_date DATE, to_date DATE)"
CONTACT_POINT = "STRUCT(kind VARCHAR, value VARCHAR)"

RECORD = Table(
    "nominal",
    "record",
    "One row per nominal record: one source system's record of one person, in the canonical shape.",
    ("record_key",),
    (
        Column("record_key", "VARCHAR", "Source system and its record id, joined by a colon.", required=True),
        Column("source_system", "VARCHAR", "The source system that holds the record.", required=True),
        Column("source_record_id", "VARCHAR", "The record's id in its source system, as delivered.", required=True),
        Column("names", NAME + "[]", "Names, the primary first, standardised, each with the form it was given in."),
        Column("birth_dates", "DATE[]", "Dates of birth, the primary first; placeholders are left out."),
        Column("sex", "VARCHAR", "M, F, or empty where not known."),
        Column("ethnicity", "VARCHAR", "Ethnicity code as the source gave it; never evidence for a link."),
        Column("nationality", "VARCHAR", "Nationality as the source gave it; never evidence for a link."),
        Column("birth_place", "VARCHAR", "Place of birth as the source gave it."),
        Column(
            "identifiers", IDENTIFIER + "[]", "Identifiers of every kind, canonical, each with whether it is valid."
        ),
        Column("addresses", ADDRESS + "[]", "Addresses with postcodes (no space; placeholders left out) and dates."),
        Column("contact_points", CONTACT_POINT + "[]", "Phones, e-mail addresses, vehicles and documents."),
        Column("sentence_dates", "DATE[]", "Dates of sentence."),
        Column(
            "content_hash", "VARCHAR", "Hash of the canonical row; equal hashes mean an unchanged row.", required=True
        ),
        Column("load_id", "VARCHAR", "The load in which the row last changed.", required=True),
        Column("landed_row", "BIGINT", "Row of the landed file it came from, counted from 1.", required=True),
        Column("own_birth_date", "DATE", "The date of birth that the record's own row gives; no item's."),
        Column(
            "partial_birth_dates",
            "VARCHAR[]",
            "Dates of birth of which only the year (`YYYY`) or year and month (`YYYY-MM`) is known, the primary first.",
        ),
        Column("own_partial_birth_date", "VARCHAR", "Such a date that the record's own row gives; no item's."),
    ),
)

MERGE = Table(
    "nominal",
    "merge",
    "One row per merge of two record ids that a source system reports.",
    ("source_system", "merged_key", "surviving_key"),
    (
        Column("source_system", "VARCHAR", "The source system that merged them.", required=True),
        Column("merged_key", "VARCHAR", "The nominal record that was merged away.", required=True),
        Column("surviving_key", "VARCHAR", "The nominal record that survives.", required=True),
        Column("merged_on", "DATE", "When the source merged them."),
    ),
)
