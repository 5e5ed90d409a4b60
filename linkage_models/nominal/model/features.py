"""The model's input: one row per nominal record, holding only what blocking rules and comparisons read.

Ethnicity and nationality are left out on purpose: they are never evidence of identity.
"""

import duckdb

from linkage_models.nominal.model.name_variants import IN_LATIN, in_latin, variants_sql
from linkage_models.python_function import add_macro
from linkage_models.standardise.identifiers import IDENTIFIER_KINDS, OTHER_COMPARISONS

INPUT_COLUMNS = (
    "names",
    "birth_dates",
    "sex",
    "identifiers",
    "addresses",
    "contact_points",
    "sentence_dates",
    "birth_place",
)
"""The columns of a nominal record on which features depend; a change in any other leaves its pairs as they were."""

PLACEHOLDER_ADDRESSES = r"^\s*(NO FIXED ABODE|N\.?F\.?A\.?|HOMELESS|NOT KNOWN|UNKNOWN|NONE|N/?A)\s*$"
"""Texts that stand where there is no address; they are of thousands."""

MACROS = (
    f"nominal_variant(word) AS ({variants_sql('word')})",
    "nominal_set(items) AS (list_sort(list_distinct(list_filter(items, lambda item: item IS NOT NULL))))",
    "nominal_words(text) AS (string_split(coalesce(text, ''), ' '))",
    """nominal_valid(identifiers, wanted) AS (nominal_set(list_transform(
        list_filter(identifiers, lambda i: i.kind = wanted AND i.valid), lambda i: i.value)))""",
    """nominal_texts(identifiers, wanted) AS (nominal_set(list_transform(
        list_filter(identifiers, lambda i: i.kind = wanted), lambda i: i.value)))""",
    # A full postcode of the United Kingdom, of some fifteen addresses; other countries' codes are of towns.
    r"""nominal_is_unit(postcode) AS (regexp_matches(postcode, '^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}$'))""",
    """nominal_outcode(postcode) AS (
        CASE WHEN nominal_is_unit(postcode) THEN postcode[:-4] ELSE postcode[:2] END)""",
    r"""nominal_address_words(address) AS (list_filter(
        string_split(trim(regexp_replace(upper(strip_accents(address)), '[^\pL\pN]+', ' ', 'g')), ' '),
        lambda word: regexp_matches(word, '^\pL') AND len(word) > 1))""",
    r"""nominal_address_parts(address) AS (list_filter(list_transform(string_split(coalesce(address, ''), ','),
        lambda part: regexp_replace(upper(strip_accents(part)), '[^\pL]+', '', 'g')), lambda part: len(part) > 3))""",
    # Number and street are before the first comma; letters and digits alone, for spaces come and go.
    r"""nominal_first_line(address) AS (
        nullif(regexp_replace(upper(strip_accents(split_part(address, ',', 1))), '[^\pL\pN]+', '', 'g'), ''))""",
    # Year of two digits and serial without padding: the part that PNCID and CRO share when one is typed for the other.
    r"""nominal_pnc_serial(value) AS (value[3:4] || '/' || ltrim(regexp_extract(value, '/(\d+)', 1), '0'))""",
    r"""nominal_cro_serial(value) AS (
        CASE WHEN starts_with(value, 'SF') THEN value[3:4] || '/' || regexp_extract(value, '/(\d+)', 1)
        ELSE regexp_extract(value, '/(\d\d)', 1) || '/' || ltrim(split_part(value, '/', 1), '0') END)""",
)
"""Temporary macros that the feature SQL is written in."""


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
    add_macro(con, IN_LATIN, in_latin)
    for macro in MACROS:
        con.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")


def features_sql(records: str, kinds: tuple[str, ...] = IDENTIFIER_KINDS) -> str:
    """Return the query of the features of a `nominal.record`-shaped relation.

    Args:
        records: the relation, as it may stand after FROM; identifiers from configuration must be quoted by the caller.
        kinds: the kinds of identifier to read.

    Returns:
        A SELECT with one row per record: `record_key`, `source_system`, `feature_hash`; the primary name as `forename`,
        `surname` (without spaces), `middle_names`, `full_name`, `name_sorted` (the words of the whole name, variants
        folded, in order of the alphabet, so that order and division into fields do not matter) and its folded parts
        `forename_v` and `surname_v`; over all names, primary and alias, `forenames`, `given_names` (these and middle
        names), `surnames`, `full_names`, `unordered_names`, `name_words`; `dob` and `dobs`; `dob_text` and
        `dob_swapped` (`YYYYMMDD`, and the same with day and month exchanged where that is a date); `postcodes`,
        `unit_postcodes` (full British ones) and `outcodes`; `address_words` and `address_lines` (what is before the
        first comma) and `house_numbers`, and `address_parts`
        (letters between commas); `birth_place`; `sex`; for each identifier
        kind `<kind>_ids` (valid values), `<kind>_id` (the first of them) and `<kind>_texts` (all values);
        `pnc_serials`, `cro_serials`; `sentence_dates`, `contacts`. Lists are sorted, without repeats, and never NULL.
    """
    identifiers = ",\n            ".join(
        f"nominal_valid(identifiers, '{kind}') AS {kind}_ids, nominal_texts(identifiers, '{kind}') AS {kind}_texts"
        for kind in kinds
    )
    scalars = ", ".join(f"{kind}_ids[1] AS {kind}_id" for kind in kinds)
    return f"""
    WITH given AS (
        SELECT
            record_key, source_system, {feature_hash_sql()} AS feature_hash, sex,
            list_transform(coalesce(names, []), lambda n: struct_pack(
                forename := n.forename, middle_names := n.middle_names, surname := replace(n.surname, ' ', ''),
                forename_v := nominal_variant(n.forename), surname_v := nominal_variant(replace(n.surname, ' ', '')),
                middles := nominal_words(n.middle_names), surname_words := nominal_words(n.surname)
            )) AS names,
            list_filter(coalesce(birth_dates, []), lambda d: d IS NOT NULL) AS birth_dates,
            coalesce(identifiers, []) AS identifiers,
            list_transform(coalesce(addresses, []), lambda a: struct_pack(postcode := a.postcode,
                address := CASE WHEN NOT regexp_matches(upper(a.address), '{PLACEHOLDER_ADDRESSES}') THEN a.address END
            )) AS addresses,
            coalesce(contact_points, []) AS contact_points,
            nominal_set(coalesce(sentence_dates, [])) AS sentence_dates,
            nullif(array_to_string(nominal_address_words(birth_place), ' '), '') AS birth_place
        FROM {records}
    ),
    listed AS (
        SELECT
            record_key, source_system, feature_hash, sex, sentence_dates, birth_place,
            names[1].forename AS forename, names[1].surname AS surname, names[1].middle_names AS middle_names,
            names[1].forename_v AS forename_v, names[1].surname_v AS surname_v,
            names[1].forename || ' ' || names[1].surname AS full_name,
            array_to_string(list_sort(list_transform(
                list_filter(
                    list_concat([names[1].forename], names[1].middles, names[1].surname_words), lambda w: w <> ''),
                lambda w: nominal_variant(w))), ' ') AS name_sorted,
            nominal_set(list_transform(names, lambda n: n.forename_v)) AS forenames,
            nominal_set(list_transform(
                list_filter(flatten(list_transform(names, lambda n: list_concat([n.forename], n.middles))),
                    lambda w: w <> ''),
                lambda w: nominal_variant(w))) AS given_names,
            nominal_set(list_transform(
                list_filter(flatten(list_transform(names, lambda n: list_concat([n.surname], n.surname_words))),
                    lambda w: w <> ''),
                lambda w: nominal_variant(w))) AS surnames,
            nominal_set(list_transform(names, lambda n: n.forename_v || ' ' || n.surname_v)) AS full_names,
            nominal_set(list_transform(names,
                lambda n: least(n.forename_v, n.surname_v) || ' ' || greatest(n.forename_v, n.surname_v)
            )) AS unordered_names,
            birth_dates[1] AS dob,
            nominal_set(birth_dates) AS dobs,
            strftime(birth_dates[1], '%Y%m%d') AS dob_text,
            CASE WHEN day(birth_dates[1]) <= 12 AND day(birth_dates[1]) <> month(birth_dates[1])
                THEN strftime(birth_dates[1], '%Y%d%m') END AS dob_swapped,
            nominal_set(list_transform(addresses, lambda a: a.postcode)) AS postcodes,
            nominal_set(list_transform(list_filter(addresses, lambda a: nominal_is_unit(a.postcode)),
                lambda a: a.postcode)) AS unit_postcodes,
            nominal_set(list_transform(addresses, lambda a: nominal_outcode(a.postcode))) AS outcodes,
            nominal_set(flatten(list_transform(list_filter(addresses, lambda a: a.address IS NOT NULL),
                lambda a: nominal_address_words(a.address)))) AS address_words,
            nominal_set(list_transform(addresses, lambda a: nominal_first_line(a.address))) AS address_lines,
            nominal_set(flatten(list_transform(addresses,
                lambda a: nominal_address_parts(a.address)))) AS address_parts,
            nominal_set(list_transform(addresses, lambda a: nullif(regexp_extract(a.address, '^\\D*(\\d+)', 1), ''))
            ) AS house_numbers,
            {identifiers},
            nominal_set(list_transform(contact_points, lambda c: c.kind || ':' || c.value)) AS contacts
        FROM given
    )
    SELECT
        *, {scalars}, postcodes[1] AS postcode, address_lines[1] AS address_line,
        nominal_set(list_concat(given_names, surnames)) AS name_words,
        list_transform(pnc_ids, lambda value: nominal_pnc_serial(value)) AS pnc_serials,
        list_transform(cro_ids, lambda value: nominal_cro_serial(value)) AS cro_serials
    FROM listed
    """


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
        into: the name of the temporary table, replaced where it exists. Beside the columns of `features_sql` it has
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
