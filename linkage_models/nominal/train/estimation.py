"""The steps of training that read records: apparent people, a first guess of the matches, and u by sampling."""

from dataclasses import dataclass
from math import ceil, sqrt

import duckdb
import numpy as np
from numpy.typing import NDArray

from linkage_models.nominal.model.blocking import (
    FULL_NAME_AND_DATE,
    identifier_rule,
    keys_sql,
    largest_left_out,
    too_large,
)
from linkage_models.nominal.model.comparison import Comparison
from linkage_models.nominal.train.agreement import count_levels
from linkage_models.nominal.train.mixture import Parameters
from linkage_models.relations import Temporaries, single_value

SMALLEST_MATCH_RATE = 0.01
"""Matching pairs for each record that the first guess assumes if the records show no deterministic pair at all."""


@dataclass(frozen=True, slots=True)
class Prior:
    """A first guess of how many pairs are of one person, and what it was counted from.

    Attributes:
        matches: the first guess.
        deterministic_pairs: pairs that share a valid identifier, or full name and date of birth.
        records: the records counted; those of a block left out count as one.
        left_out: records that share such a key with more others than are compared.
        blocks_left_out: the keys they share.
    """

    matches: float
    deterministic_pairs: int
    records: int
    left_out: int
    blocks_left_out: int


def find_apparent_people(own: Temporaries, features: str, people: str, keys: str, kinds: tuple[str, ...]) -> None:
    """Create `keys`, the deterministic keys of each record, and `people`, those that share none with an earlier one.

    Args:
        own: the temporary relations of the training.
        features: a table with the columns of `build_features`.
        people: the temporary table to create, of the same columns.
        keys: the temporary table to create, of `id` and `blocking_key`.
        kinds: the kinds of identifier in the features.
    """
    rules = (*(identifier_rule(kind) for kind in kinds), FULL_NAME_AND_DATE)
    own.table(keys, keys_sql(features, "unique_id", rules))
    first = f"(SELECT blocking_key, min(id) AS first FROM {keys} GROUP BY ALL)"
    later = f"SELECT id FROM {keys} JOIN {first} USING (blocking_key) WHERE id > first"
    own.table(people, f"FROM {features} WHERE unique_id NOT IN ({later})")


def estimate_prior(con: duckdb.DuckDBPyConnection, features: str, keys: str) -> Prior:
    """Count the pairs that share a deterministic key.

    Args:
        con: the connection.
        features: the table of all records.
        keys: their deterministic keys.
    """
    blocks = single_value(con, f"SELECT count(*) FROM ({too_large(keys)})")
    left_out = single_value(
        con, f"SELECT count(DISTINCT id) FROM {keys} SEMI JOIN ({too_large(keys)}) USING (blocking_key)"
    )
    # A row that was delivered a million times is not a million people whom a pair taken at random could be of.
    records = single_value(con, f"SELECT count(*) FROM {features}") - left_out + min(blocks, left_out)
    pairs = single_value(
        con,
        f"""
        SELECT count(*) FROM (
            SELECT DISTINCT l.id, r.id
            FROM {largest_left_out(keys)} AS l JOIN {keys} AS r USING (blocking_key) WHERE l.id < r.id)
        """,
    )
    return Prior(max(float(pairs), SMALLEST_MATCH_RATE * records), pairs, records, left_out, blocks)


def learn_u(
    own: Temporaries,
    people: str,
    sample: str,
    learnable: tuple[Comparison, ...],
    seed: int,
    max_pairs: float,
) -> Parameters:
    """Learn u from every pair of a sample of apparent people.

    Each level starts with one pair seen at its stated rate, so that a level the sample never shows is neither
    impossible nor, in a small sample, rarer than stated.

    Args:
        own: the temporary relations of the training.
        people: a relation of features, each apparent person once.
        sample: the temporary table to create for the sample.
        learnable: the comparisons to learn.
        seed: decides the sample, together with the record keys.
        max_pairs: pairs to count, about.

    Returns:
        For each comparison that training learns its levels' u, summing to one.
    """
    rows = ceil((1 + sqrt(1 + 8 * max_pairs)) / 2)
    own.table(sample, f"FROM {people} ORDER BY hash(record_key, $seed), record_key LIMIT {rows}", {"seed": seed})
    learned = {}
    for comparison in learnable:
        pairs = f"FROM {sample} AS l JOIN {sample} AS r ON l.unique_id < r.unique_id"
        if comparison.alike:
            pairs = _alike_pairs(own.con, people, comparison.alike, seed, max_pairs)
        learned[comparison.name] = _rates(count_levels(own.con, pairs, comparison), comparison)
    return learned


def _rates(counts: NDArray[np.float64], comparison: Comparison) -> NDArray[np.float64]:
    stated = np.array([level.u for level in comparison.levels])
    rates = (counts + 1) / (counts.sum() + 1 / stated)
    rates = np.where([level.u_stated for level in comparison.levels], stated, rates)
    result: NDArray[np.float64] = rates / rates.sum()
    return result


def learn_proportions(
    con: duckdb.DuckDBPyConnection,
    people: str,
    comparisons: tuple[Comparison, ...],
    u: Parameters,
    seed: int,
    max_pairs: float,
) -> Parameters:
    """Return for each comparison the levels' probabilities of which the proportions hold among people of one household.

    They are u, but for levels that share a feature by their word (`Comparison.related`): these are counted among the
    pairs of two people who share it.
    """
    within = dict(u)
    for comparison in comparisons:
        for word, feature in comparison.related.items():
            pairs = _alike_pairs(con, people, feature, seed, max_pairs)
            among = _rates(count_levels(con, pairs, comparison), comparison)
            of_word = [level.family == word for level in comparison.levels]
            within[comparison.name] = np.where(of_word, among, within[comparison.name])
    return within


def _alike_pairs(con: duckdb.DuckDBPyConnection, people: str, alike: str, seed: int, max_pairs: float) -> str:
    """Return the FROM clause of at most about `max_pairs` pairs of apparent people that share a feature.

    Pairs with a date of birth or a postcode in common are left out: too many are one person who was not recognised.
    """
    found = single_value(
        con,
        f"SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM (SELECT count(*) AS n FROM {people} WHERE {alike} IS NOT NULL "
        f"GROUP BY {alike})",
    )
    share = min(1.0, sqrt(max_pairs / max(found, 1)))
    some = f"(FROM {people} WHERE hash(record_key, {seed}) % 1000000 < {round(1_000_000 * share)})"
    return (
        f"FROM {some} AS l JOIN {some} AS r ON l.{alike} = r.{alike} AND l.unique_id < r.unique_id"
        " AND NOT list_has_any(l.dobs, r.dobs) AND NOT list_has_any(l.postcodes, r.postcodes)"
    )
