"""How common names and postcodes are: counted once in training, frozen in the bundle, looked up for every record.

Frozen, so that a pair's weight does not change because other records arrived. Only values borne by several apparent
persons are kept: the rest get a stated default, and a bundle does not list people.
"""

from dataclasses import dataclass

import duckdb
import pyarrow as pa

NAME_COLUMNS = ("full_name", "surname_v", "forename_v")
"""Features with a frequency, in the tables of the same names with columns `value` and `frequency` (share of people)."""

POSTCODES = "postcode"
"""The table of postcodes shared by many people; the rest count as rare."""

MINIMUM_BEARERS = 3
"""Apparent persons who must bear a name before its frequency is kept."""

COMMON_POSTCODE_PEOPLE = 20
"""Apparent persons from whom a postcode is no household but a hostel, a prison or a large block."""

SMALLEST_FREQUENCY = 1e-7
"""No name is taken to be rarer than a few bearers in the country's population."""


@dataclass(frozen=True)
class TermFrequencies:
    """Frozen frequencies.

    Attributes:
        tables: for each of `NAME_COLUMNS` a table of `value` and `frequency`; under `POSTCODES` one of `value`.
        unseen: for `surname_v` and `forename_v` the frequency of a value the table does not have: the mean frequency of
            the values left out of it.
        dependence: by how much the frequency of a full name exceeds the product of its parts' frequencies, on average
            over pairs; forename and surname go together by origin.
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
    tables[POSTCODES] = con.execute(f"""
        SELECT value FROM (SELECT unnest(postcodes) AS value FROM {people})
        GROUP BY value HAVING count(*) >= {COMMON_POSTCODE_PEOPLE} ORDER BY value
    """).to_arrow_table()
    # Sum of squared frequencies: the chance that two people share a value.
    row = con.execute(f"""
        WITH
            whole AS (SELECT count(*) AS n FROM {people} WHERE full_name IS NOT NULL GROUP BY full_name),
            surname AS (SELECT count(*) AS n FROM {people} WHERE full_name IS NOT NULL GROUP BY surname_v),
            forename AS (SELECT count(*) AS n FROM {people} WHERE full_name IS NOT NULL GROUP BY forename_v),
            total AS (SELECT sum(n)::DOUBLE AS n FROM whole)
        SELECT
            (SELECT sum(n * (n - 1)) FROM whole) * total.n * (total.n - 1)
            / nullif((SELECT sum(n * (n - 1)) FROM surname) * (SELECT sum(n * (n - 1)) FROM forename), 0)
        FROM total
    """).fetchone()
    dependence = float(f"{max(1.0, (row and row[0]) or 1.0):.9g}")
    return TermFrequencies(tables, {name: unseen[name] for name in ("surname_v", "forename_v")}, dependence)


def with_postcode_rarity_sql(features: str, common_postcodes: str) -> str:
    """Return features with `rare_postcodes`, the postcodes that are not in the relation `common_postcodes`."""
    return f"""
        SELECT *, list_filter(postcodes, lambda p: NOT list_contains(common, p)) AS rare_postcodes
        FROM {features}, (SELECT coalesce(list(value), []) AS common FROM {common_postcodes})
    """


def attach(con: duckdb.DuckDBPyConnection, features: str, into: str, frequencies: TermFrequencies) -> None:
    """Create a temporary table of features with everything the scoring model reads.

    Args:
        con: the connection.
        features: a relation with the columns of `build_features`.
        into: the temporary table to create: `features` with `rare_postcodes` and a `tf_` column for each of
            `NAME_COLUMNS`. A full name that is not in its table gets the product of its parts' frequencies times
            `dependence`.
        frequencies: the frozen frequencies.
    """
    names = {name: f"frozen_{name}" for name in frequencies.tables}
    for name, view in names.items():
        con.register(view, frequencies.tables[name])
    parts = {
        column: f"coalesce({column}_f.frequency, {frequencies.unseen[column]})"
        for column in ("surname_v", "forename_v")
    }
    whole = f"greatest({SMALLEST_FREQUENCY}, {parts['surname_v']} * {parts['forename_v']} * {frequencies.dependence})"
    joins = " ".join(
        f"LEFT JOIN {names[column]} AS {column}_f ON {column}_f.value = f.{column}" for column in NAME_COLUMNS
    )
    try:
        con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {into} AS
            SELECT f.* EXCLUDE (common),
                CASE WHEN full_name IS NOT NULL THEN coalesce(full_name_f.frequency, {whole}) END AS tf_full_name,
                CASE WHEN surname_v IS NOT NULL THEN {parts["surname_v"]} END AS tf_surname_v,
                CASE WHEN forename_v IS NOT NULL THEN {parts["forename_v"]} END AS tf_forename_v
            FROM ({with_postcode_rarity_sql(features, names[POSTCODES])}) AS f {joins}
        """)
    finally:
        for view in names.values():
            con.unregister(view)
