"""The model's input: one row per nominal record, holding only what blocking rules and comparisons read.

Ethnicity and nationality are left out on purpose: they are never evidence of identity.
"""

import duckdb

from linkage_models.nominal.model.name_variants import FAMILY_FORMS, GIVEN_FORMS, family_forms, given_forms
from linkage_models.python_function import add_macro
from linkage_models.relations import Steps, columns, literal, statement
from linkage_models.standardise.identifiers import IDENTIFIER_KINDS, OTHER_COMPARISONS

INPUT_COLUMNS = (
    "names",
    "birth_dates",
    "partial_birth_dates",
    "sex",
    "identifiers",
    "addresses",
    "contact_points",
    "sentence_dates",
    "birth_place",
)
"""The columns of a nominal record on which features depend; a change in any other leaves its pairs as they were."""

MACROS = "".join(statement(__file__, f"features_{part}") for part in ("macros", "names", "compared"))
"""The temporary macros that the features are written in."""


NAME_STEPS = ("worded", "numbered", "whole", "parted", "divided", "read", "spelt_name", "named")
"""The macros that make of a name of a record what is compared of it, each of what the one before it gave."""


def feature_hash_sql() -> str:
    """Return the expression of a record's `feature_hash`: 16 hexadecimal digits over its `INPUT_COLUMNS`."""
    return f"printf('%016x', hash({', '.join(INPUT_COLUMNS)}))"


def identifier_kinds_of(con: duckdb.DuckDBPyConnection, records: str) -> tuple[str, ...]:
    """Return the kinds of identifier to compare: those of the justice systems, then the others that some record holds.

    A kind names columns and a comparison, so one that is no plain lower-case word, or is a comparison's own name, is
    left out.

    Args:
        con: the connection.
        records: a `nominal.record`-shaped relation.
    """
    held = con.execute(
        f"""
        SELECT DISTINCT i.kind FROM (SELECT unnest(identifiers) AS i FROM {records})
        WHERE i.valid AND regexp_matches(i.kind, '^[a-z][a-z0-9_]*$') AND NOT list_contains($taken, i.kind)
        ORDER BY ALL
    """,
        {"taken": list(OTHER_COMPARISONS)},
    ).fetchall()
    return (*IDENTIFIER_KINDS, *(kind for (kind,) in held if kind not in IDENTIFIER_KINDS))


def register_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Create on a connection the temporary macros that `features_sql` calls."""
    add_macro(con, GIVEN_FORMS, given_forms)
    add_macro(con, FAMILY_FORMS, family_forms)
    con.execute(MACROS)


def features_sql(records: str, kinds: tuple[str, ...] = IDENTIFIER_KINDS) -> str:
    """Return the query of the features of a `nominal.record`-shaped relation.

    Args:
        records: the relation, as it may stand after FROM; identifiers from configuration must be quoted by the caller.
        kinds: the kinds of identifier to read.

    Returns:
        A SELECT with one row per record: `record_key`, `source_system`, `feature_hash`; the primary name as `forename`,
        `surname` (without spaces and particles), `middle_names`, `full_name`, and folded as `forename_v`, `surname_v`;
        `name_sorted` (its folded words in order), `name_whole` and `name_turned` (as one word, forename or surname
        first), `surname_joined` (with its particles), `generation`, `initials`, what the forename and the surname may
        stand for (`forename_forms`, `surname_forms`, `middles`) and their consonants (`_consonants`, and `_abjad` if
        written without vowels); over all names, primary and alias, `forenames`, `given_names` (these and middle
        names), `surnames`, `full_names`, `unordered_names`, `name_words` and, without the middle names, `main_names`;
        `dob` and `dobs`; `dob_text` and
        `dob_swapped` (`YYYYMMDD`, and the same with day and month exchanged if that is a date); `dob_days` (since
        1970) and `dob_month_day` (month and day as one number: 101 is 1 January); `dob_year` and `dob_month`, which a
        date of birth known in part may have too, and `dob_years`, the years of all of either kind; `postcodes`,
        `unit_postcodes` (full British ones) and `outcodes`; `address_words` and `address_lines` (what is before the
        first comma) and `house_numbers`, and `address_parts`
        (letters between commas); `birth_place`; `sex`; for each identifier
        kind `<kind>_ids` (valid values), `<kind>_id` (the first of them) and `<kind>_texts` (all values);
        `pnc_serials`, `cro_serials`; `sentence_dates`, `contacts`. Lists are sorted, without repeats, and never NULL.
    """
    names = "nominal_compared(names)"
    for part in NAME_STEPS:
        names = f"list_transform({names}, lambda n: nominal_{part}(n))"
    listed = {"*": "* EXCLUDE (identifiers)"}
    for kind in kinds:
        listed[f"{kind}_ids"] = f"nominal_valid(identifiers, {literal(kind)})"
        listed[f"{kind}_texts"] = f"nominal_texts(identifiers, {literal(kind)})"
    first = {f"{kind}_id": f"{kind}_ids[1]" for kind in kinds}
    others = {
        "*": "*",
        "postcode": "postcodes[1]",
        "address_line": "address_lines[1]",
        "name_words": "nominal_compared(nominal_set(list_concat(given_names, surnames)))",
        "main_names": "nominal_whole_words(list_concat(forenames, surnames))",
        "pnc_serials": "list_transform(pnc_ids, lambda number: nominal_pnc_serial(number))",
        "cro_serials": "list_transform(cro_ids, lambda number: nominal_cro_serial(number))",
    }
    return (
        Steps()
        .step(
            "feature_source",
            f"SELECT * REPLACE ({names} AS names), {feature_hash_sql()} AS feature_hash FROM {records}",
        )
        .step("feature_given", statement(__file__, "features_given"))
        .step("feature_main", statement(__file__, "features_main"))
        .step("feature_listed", statement(__file__, "features_listed"))
        .step("feature_identified", f"SELECT {columns(listed)} FROM feature_listed")
        .query(f"SELECT {columns(others | first)} FROM feature_identified")
    )


def build_features(
    con: duckdb.DuckDBPyConnection,
    records: str,
    into: str,
    only: str | None = None,
    kinds: tuple[str, ...] = IDENTIFIER_KINDS,
) -> None:
    """Create the temporary table of the features of a relation of nominal records.

    Args:
        con: the connection; its temporary catalogue takes the table and the macros the query needs.
        records: a `nominal.record`-shaped relation.
        into: the name of the temporary table, replaced if it exists. Beside the columns of `features_sql` it has
            `unique_id`, an integer that rises with `record_key`: short to join on, and meaningless elsewhere.
        only: a relation with a column `record_key`; where given, only its records are read.
        kinds: the kinds of identifier to read.

    Raises:
        duckdb.Error: if `records` lacks a column the model reads.
    """
    register_macros(con)
    source = f"(FROM {records} SEMI JOIN {only} USING (record_key))" if only else records
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {into} AS
        SELECT row_number() OVER (ORDER BY record_key)::INTEGER AS unique_id, *
        FROM ({features_sql(source, kinds)})
        ORDER BY unique_id
    """)
