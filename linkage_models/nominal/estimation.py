"""The steps of training that read records: apparent people, the prior, u by sampling and m by maximisation."""

from dataclasses import dataclass
from math import ceil, sqrt

import duckdb
import numpy as np

from linkage_models.nominal.agreement import LEARNABLE, count_patterns, counts_by_level
from linkage_models.nominal.blocking import DETERMINISTIC, FULL_NAME_AND_DATE, RULES, keys_sql
from linkage_models.nominal.maximisation import Parameters, maximise

DETERMINISTIC_RECALL = 0.9
"""Share of true pairs that share a valid identifier, or full name and date of birth.

From the published rates: name exact 0.881 times date of birth exact 0.948 is 0.83 without any identifier, and about
half of the rest share one.
"""

SMALLEST_MATCH_RATE = 0.01
"""Matching pairs for each record that the prior assumes where the records show no deterministic pair at all."""


@dataclass(frozen=True, slots=True)
class TrainingBlocking:
    """Features whose equality gives the pairs of one run of expectation maximisation.

    Attributes:
        columns: the features.
        leaves_out: the comparisons that the equality decides, which the run cannot teach.
    """

    columns: tuple[str, ...]
    leaves_out: tuple[str, ...]


EM_BLOCKINGS: tuple[TrainingBlocking, ...] = (
    TrainingBlocking(("pnc",), ("pnc",)),
    TrainingBlocking(("noms",), ("noms",)),
    TrainingBlocking(("crn",), ("crn",)),
    TrainingBlocking(("cro",), ("cro",)),
    TrainingBlocking(("dob_text", "surname_v"), ("date_of_birth", "name")),
    TrainingBlocking(("dob_text", "forename_v"), ("date_of_birth", "name")),
    TrainingBlocking(("full_name", "sex"), ("name", "sex")),
)
"""Each run teaches the rest: identifiers teach names, dates and addresses, and these teach identifiers."""

FEWEST_PAIRS = 20
"""Pairs a blocking must give to be learned from."""


@dataclass(frozen=True, slots=True)
class Prior:
    """The probability that two records taken at random are of one person, and the pairs it was counted from."""

    probability: float
    deterministic_pairs: int


def find_apparent_people(con: duckdb.DuckDBPyConnection, features: str, people: str, keys: str) -> None:
    """Create `keys`, the deterministic keys of each record, and `people`, the records that share none with an earlier.

    Args:
        con: the connection.
        features: a table with the columns of `build_features`.
        people: the temporary table to create, of the same columns.
        keys: the temporary table to create, of `id` and `blocking_key`.
    """
    rules = (*(rule for rule in RULES if rule.name in DETERMINISTIC), FULL_NAME_AND_DATE)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {keys} AS {keys_sql(features, 'unique_id', rules)}")
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {people} AS
        FROM {features}
        WHERE unique_id NOT IN (
            SELECT id FROM {keys} JOIN (SELECT blocking_key, min(id) AS first FROM {keys} GROUP BY ALL)
                USING (blocking_key)
            WHERE id > first
        )
    """)


def estimate_prior(con: duckdb.DuckDBPyConnection, features: str, keys: str) -> Prior:
    """Count the pairs that share a deterministic key and raise them by `DETERMINISTIC_RECALL`.

    Args:
        con: the connection.
        features: the table of all records.
        keys: their deterministic keys.
    """
    records = count(con, f"SELECT count(*) FROM {features}")
    pairs = count(
        con,
        f"""
        SELECT count(*) FROM (
            SELECT DISTINCT l.id, r.id
            FROM {keys} AS l JOIN {keys} AS r USING (blocking_key) WHERE l.id < r.id)
        """,
    )
    matches = max(pairs / DETERMINISTIC_RECALL, SMALLEST_MATCH_RATE * records)
    possible = records * (records - 1) / 2
    return Prior(min(0.5, matches / possible), pairs)


def learn_u(con: duckdb.DuckDBPyConnection, people: str, sample: str, seed: int, max_pairs: float) -> Parameters:
    """Learn u from every pair of a sample of apparent people.

    Each level starts with one pair seen at its stated rate, so that a level the sample never shows is neither
    impossible nor, in a small sample, rarer than stated.

    Args:
        con: the connection.
        people: a relation of features, each apparent person once, with `rare_postcodes`.
        sample: the temporary table to create for the sample.
        seed: decides the sample, together with the record keys.
        max_pairs: pairs to count, about.

    Returns:
        For each comparison that training learns its levels' u, summing to one.
    """
    rows = ceil((1 + sqrt(1 + 8 * max_pairs)) / 2)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {sample} AS FROM {people} "
        f"ORDER BY hash(record_key, $seed), record_key LIMIT {rows}",
        {"seed": seed},
    )
    pairs = f"FROM {sample} AS l JOIN {sample} AS r ON l.unique_id < r.unique_id"
    learned = {}
    for comparison in LEARNABLE:
        patterns = count_patterns(con, pairs, (comparison,))
        counts = counts_by_level(patterns, patterns.pairs.astype(np.float64))[comparison.name]
        stated = np.array([level.u for level in comparison.levels])
        rates = (counts + 1) / (counts.sum() + 1 / stated)
        learned[comparison.name] = rates / rates.sum()
    return learned


def learn_m(
    con: duckdb.DuckDBPyConnection, features: str, u: Parameters, seed: int, max_pairs: float
) -> tuple[Parameters, dict[str, int]]:
    """Learn m by expectation maximisation over each of `EM_BLOCKINGS` that gives enough pairs.

    Args:
        con: the connection.
        features: the table of all records, with `rare_postcodes`.
        u: u of every comparison that training learns.
        seed: decides which pairs are taken where a blocking gives more than `max_pairs`.
        max_pairs: pairs taken for each blocking, about.

    Returns:
        For each comparison the expected number of matching pairs on each level, summed over the blockings, and the
        pairs each blocking gave.
    """
    several = count(con, f"SELECT count(DISTINCT source_system) FROM {features}") > 1
    totals = {comparison.name: np.zeros(len(comparison.levels)) for comparison in LEARNABLE}
    given: dict[str, int] = {}
    for blocking in EM_BLOCKINGS:
        join = " AND ".join(f"l.{column} = r.{column}" for column in blocking.columns)
        system = " AND l.source_system <> r.source_system" if several else ""
        pairs = f"FROM {features} AS l JOIN {features} AS r ON {join}{system} AND l.unique_id < r.unique_id"
        found = given[" and ".join(blocking.columns)] = count(con, f"SELECT count(*) {pairs}")
        if found < FEWEST_PAIRS:
            continue
        if found > max_pairs:
            share = round(1_000_000 * max_pairs / found)
            pairs += f" AND hash(l.record_key, r.record_key, {seed}) % 1000000 < {share}"
        free = tuple(comparison for comparison in LEARNABLE if comparison.name not in blocking.leaves_out)
        for name, counts in maximise(count_patterns(con, pairs, free), u).items():
            totals[name] += counts
    return totals, given


def count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    """Return the one number of a query."""
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0
