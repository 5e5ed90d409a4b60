"""How common names and address words are: counted once in training, frozen in the bundle, looked up for every record.

Frozen, so that a pair's weight does not change because other records arrived. Only values borne by several apparent
persons are kept: the rest get a stated default, and a bundle does not list people.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from linkage_models.nominal.bundle.name_symbols import symbol_table
from linkage_models.relations import Temporaries

NAME_COLUMNS = ("full_name", "surname_v", "forename_v")
"""Features with a frequency, in the tables of the same names with columns `value` and `frequency` (share of people)."""

TERM_COLUMNS = NAME_COLUMNS
"""The features whose frequency adjusts a weight."""

ADDRESS_WORDS = "address_word"
"""The table of words of addresses, with columns `value` and `frequency` (share of the people with an address)."""

NAME_SYMBOLS = "name_symbol"
"""The table of spellings with the names they write, see `name_symbols`."""

TABLES = (*NAME_COLUMNS, ADDRESS_WORDS, NAME_SYMBOLS)
"""Every table of the frozen frequencies."""

MINIMUM_BEARERS = 3
"""Apparent persons who must bear a name before its frequency is kept."""

COMMON_WORD_SHARE = 0.02
"""Share of the people with an address from which a word of it, such as STREET or LONDON, is no evidence."""

MANY_BEARERS = 10
"""People from whom a word of an address may be common at all: of fifty people one household is a large share."""

COMMON_FORENAME_SHARE = 1e-4
"""Share of people from which a forename is in common use, and not a slip of another: some 6,000 bearers in the country.
Of a name that one in a hundred bears, one and the same slip would have to be made in every hundredth bearer's."""

SMALLEST_FREQUENCY = 1e-7
"""No name is taken to be rarer than a few bearers in the country's population."""


@dataclass(frozen=True)
class TermFrequencies:
    """Frozen frequencies.

    Attributes:
        tables: for each of `NAME_COLUMNS` and `ADDRESS_WORDS` a table of `value` and `frequency`; under `NAME_SYMBOLS`
            one of `value` and `symbols`.
        unseen: for `surname_v`, `forename_v` and `address_word` the frequency of a value the table does not have: the
            mean frequency of the values left out of it.
        dependence: by how much two bearers of a rare full name are likelier than the product of its parts' frequencies
            says, on average over the names that have no frequency of their own; forename and surname go together by
            origin.
    """

    tables: dict[str, pa.Table]
    unseen: dict[str, float]
    dependence: float


def _frequencies(con: duckdb.DuckDBPyConnection, people: str, column: str) -> tuple[pa.Table, float]:
    counted = f"SELECT {column} AS value, count(*) AS bearers FROM {people} WHERE {column} IS NOT NULL GROUP BY ALL"
    table = con.execute(f"""
        SELECT value, round_even(bearers / sum(bearers) OVER (), 12) AS frequency
        FROM ({counted}) QUALIFY bearers >= {MINIMUM_BEARERS} ORDER BY value
    """).to_arrow_table()
    row = con.execute(f"""
        SELECT avg(bearers) FILTER (WHERE bearers < {MINIMUM_BEARERS}) / sum(bearers) FROM ({counted})
    """).fetchone()
    unseen = row[0] if row and row[0] is not None else SMALLEST_FREQUENCY
    return table, float(f"{max(unseen, SMALLEST_FREQUENCY):.9g}")


def count_term_frequencies(con: duckdb.DuckDBPyConnection, people: str) -> TermFrequencies:
    """Count frequencies over a relation of features that has each apparent person once.

    Args:
        con: any connection.
        people: a relation with the columns of `features_sql`.

    Returns:
        The frequencies, each rounded so that their sum's order does not show.
    """
    tables, unseen = {}, {}
    for column in NAME_COLUMNS:
        tables[column], unseen[column] = _frequencies(con, people, column)
    tables[ADDRESS_WORDS], unseen[ADDRESS_WORDS] = _word_frequencies(con, people)
    tables[NAME_SYMBOLS] = symbol_table(con, people)
    return TermFrequencies(
        tables,
        {name: unseen[name] for name in ("surname_v", "forename_v", ADDRESS_WORDS)},
        _dependence(con, people, unseen),
    )


def _word_frequencies(con: duckdb.DuckDBPyConnection, people: str) -> tuple[pa.Table, float]:
    counted = f"SELECT value, count(*) AS bearers FROM ({_words_sql(people)}) GROUP BY value"
    people_with = f"(SELECT greatest(count(*), 1) FROM {people} WHERE len(address_words) > 0)"
    table = con.execute(f"""
        SELECT value,
            round_even(
                CASE WHEN bearers < {MANY_BEARERS} THEN least(bearers / {people_with}, {COMMON_WORD_SHARE})
                    ELSE bearers / {people_with} END, 12
            ) AS frequency
        FROM ({counted}) WHERE bearers >= {MINIMUM_BEARERS} ORDER BY value
    """).to_arrow_table()
    row = con.execute(f"""
        SELECT avg(bearers) FILTER (WHERE bearers < {MINIMUM_BEARERS}) / {people_with} FROM ({counted})
    """).fetchone()
    unseen = row[0] if row and row[0] is not None else SMALLEST_FREQUENCY
    return table, float(f"{max(unseen, SMALLEST_FREQUENCY):.9g}")


def _words_sql(features: str) -> str:
    """Return the words of each record's addresses, and their parts without spaces: MOUNT VIEW is MOUNTVIEW as well."""
    return (
        f"SELECT unique_id, unnest(list_distinct(list_concat(address_words, address_parts))) AS value FROM {features}"
    )


def _dependence(con: duckdb.DuckDBPyConnection, people: str, unseen: dict[str, float]) -> float:
    """Return pairs of people that share a rare full name over the pairs expected were its parts independent."""
    part = {}
    for column in ("surname_v", "forename_v"):
        part[column] = f"""(
            SELECT {column}, CASE WHEN count(*) >= {MINIMUM_BEARERS} THEN count(*) / sum(count(*)) OVER ()
                ELSE {unseen[column]} END AS frequency
            FROM {people} WHERE {column} IS NOT NULL GROUP BY ALL)"""
    row = con.execute(f"""
        WITH whole AS (
            SELECT full_name, any_value(surname_v) AS surname_v, any_value(forename_v) AS forename_v, count(*) AS n
            FROM {people} WHERE full_name IS NOT NULL GROUP BY full_name
        )
        SELECT sum(n * (n - 1)) / nullif(
            sum(n * s.frequency * f.frequency) * (SELECT sum(n) - 1 FROM whole), 0)
        FROM whole JOIN {part["surname_v"]} AS s USING (surname_v) JOIN {part["forename_v"]} AS f USING (forename_v)
        WHERE n < {MINIMUM_BEARERS}
    """).fetchone()
    return float(f"{max(1.0, (row and row[0]) or 1.0):.6g}")


def with_rarity_sql(features: str, frequencies: TermFrequencies, names: dict[str, str]) -> str:
    """Return features with how rare their names and the words of their addresses are.

    Args:
        features: a relation with the columns of `build_features`.
        frequencies: the frozen frequencies.
        names: the relation of each of `TABLES`, as `registered` gives them.

    Returns:
        A SELECT of the features with `forename_symbols` and `surname_symbols`, the names that the primary name's
        spellings write; `forename_common`, whether its forename is in common use; `unsettled_names`, the full names
        that may be slips of others, so without the primary one where its forename is in common use; and
        `address_tokens`, the words of the addresses and their parts without spaces, those that many addresses have left
        out: each begins with -log2 of its frequency, to the whole bit, as two digits.
    """
    unseen = frequencies.unseen[ADDRESS_WORDS]
    # A name with fewer bearers than the least kept has one or two: ten of them are many among few people too.
    in_use = max(COMMON_FORENAME_SHARE, MANY_BEARERS * frequencies.unseen["forename_v"])
    return f"""
        SELECT f.*,
            list_filter(f.full_names, lambda name: coalesce(forename_f.frequency, 0) < {COMMON_FORENAME_SHARE}
                OR name IS DISTINCT FROM f.forename_v || ' ' || f.surname_v) AS unsettled_names,
            coalesce(forename_f.frequency, 0) >= {in_use!r} AS forename_common,
            list_concat(coalesce(a.tokens, []), f.common_addresses) AS address_tokens,
            coalesce(forename_s.symbols, []) AS forename_symbols, coalesce(surname_s.symbols, []) AS surname_symbols
        FROM {features} AS f
        LEFT JOIN {names["forename_v"]} AS forename_f ON forename_f.value = f.forename_v
        LEFT JOIN {names[NAME_SYMBOLS]} AS forename_s ON forename_s.value = f.forename
        LEFT JOIN {names[NAME_SYMBOLS]} AS surname_s ON surname_s.value = f.surname
        LEFT JOIN (
            SELECT unique_id,
                list_sort(list(printf('%02d', round(-log2(coalesce(frequency, {unseen})))::INTEGER) || value)) AS tokens
            FROM ({_words_sql(features)}) LEFT JOIN {names[ADDRESS_WORDS]} USING (value)
            WHERE coalesce(frequency, {unseen}) <= {COMMON_WORD_SHARE}
            GROUP BY unique_id
        ) AS a USING (unique_id)
    """


@contextmanager
def registered(con: duckdb.DuckDBPyConnection, frequencies: TermFrequencies) -> Iterator[dict[str, str]]:
    """Give the frozen tables to a connection for as long as the block lasts: the relation of each of `TABLES`."""
    names = {name: f"frozen_{name}" for name in frequencies.tables}
    for name, view in names.items():
        con.register(view, frequencies.tables[name])
    try:
        yield names
    finally:
        for view in names.values():
            con.unregister(view)


def attach(own: Temporaries, features: str, into: str, frequencies: TermFrequencies) -> None:
    """Create a temporary table of features with everything the scoring model reads.

    Args:
        own: the temporary relations of the stage that reads the table.
        features: a relation with the columns of `build_features`.
        into: the temporary table to create: `features` with the columns of `with_rarity_sql` and a `tf_` column for
            each of `NAME_COLUMNS`. A full name that is not in its table gets the product of its parts' frequencies
            times `dependence`.
        frequencies: the frozen frequencies.
    """
    parts = {
        column: f"coalesce({column}_f.frequency, {frequencies.unseen[column]})"
        for column in ("surname_v", "forename_v")
    }
    whole = f"greatest({SMALLEST_FREQUENCY}, {parts['surname_v']} * {parts['forename_v']} * {frequencies.dependence})"
    with registered(own.con, frequencies) as names:
        joins = " ".join(
            f"LEFT JOIN {names[column]} AS {column}_f ON {column}_f.value = f.{column}" for column in NAME_COLUMNS
        )
        own.table(
            into,
            f"""
            SELECT f.*,
                CASE WHEN full_name IS NOT NULL THEN coalesce(full_name_f.frequency, {whole}) END AS tf_full_name,
                CASE WHEN surname_v IS NOT NULL THEN {parts["surname_v"]} END AS tf_surname_v,
                CASE WHEN forename_v IS NOT NULL THEN {parts["forename_v"]} END AS tf_forename_v
            FROM ({with_rarity_sql(features, frequencies, names)}) AS f {joins}
            """,
        )
