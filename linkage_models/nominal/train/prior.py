"""The prior from the trained model itself: the matches it expects among candidate pairs, over all pairs.

The first estimate counts pairs that share an identifier, or full name and date of birth, and has to assume what share
of the matches does (`estimation.DETERMINISTIC_RECALL`), which differs from one set of records to another. Once m and u
are known, the expected number of matches is the sum of the probabilities of the pairs, and the prior is the one that
agrees with it: expectation maximisation of the share of matches alone (Winkler 1988). Pairs that no blocking rule
brings together are left out, so the prior is a little low.
"""

from math import log2
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from linkage_models.nominal.model import kinship
from linkage_models.nominal.model.blocking import blocking_rules, keys_sql, largest_left_out
from linkage_models.nominal.model.comparisons import comparisons
from linkage_models.nominal.train.agreement import Patterns, count_patterns
from linkage_models.nominal.train.estimation import thinned
from linkage_models.relations import Steps, Temporaries, single_value

ROUNDS = 100
CONVERGED = 1e-6
"""Relative change of the prior at which the rounds end."""

PAIRS = "training_candidate"


def expected_prior(
    con: duckdb.DuckDBPyConnection,
    features: str,
    records: int,
    model: dict[str, Any],
    kinds: tuple[str, ...],
    seed: int,
    most: float,
) -> float:
    """Return the share of all pairs of records that the model expects to be of one person.

    Args:
        con: the connection; a working table is temporary and dropped.
        features: the table of all records, with the columns of `with_rarity_sql`.
        records: the records among which two are taken at random, `Prior.records`.
        model: the trained model, whose prior is the first guess.
        kinds: the kinds of identifier it compares.
        seed: decides which candidate pairs are taken if there are more than `most`.
        most: candidate pairs to compare, about.

    Returns:
        A probability; the model's own if no two records are candidates.
    """
    prior = float(model["probability_two_random_records_match"])
    candidates = Steps().step("key", keys_sql(features, "unique_id", blocking_rules(kinds)))
    with Temporaries(con) as own:
        own.table(
            PAIRS,
            candidates.query(f"""
                SELECT DISTINCT l.id AS one, r.id AS other
                FROM {largest_left_out("key")} AS l JOIN key AS r USING (blocking_key) WHERE l.id < r.id
            """),
        )
        found = single_value(con, f"SELECT count(*) FROM {PAIRS}")
        if not found:
            return prior
        pairs = f"FROM {PAIRS} JOIN {features} AS l ON l.unique_id = one JOIN {features} AS r ON r.unique_id = other"
        patterns = count_patterns(con, thinned(f"{pairs} AND true", found, seed, most), comparisons(kinds))
    possible = max(records * (records - 1) / 2, 1)
    weights, ceilings = _weights(patterns, model)
    each = patterns.pairs * (found / patterns.pairs.sum())
    for _ in range(ROUNDS):
        bits = np.minimum(weights + log2(prior / (1 - prior)), ceilings)
        expected = float((each / (1 + np.exp2(-bits))).sum())
        before, prior = prior, min(0.5, max(expected, 1e-3) / possible)
        if abs(prior - before) < CONVERGED * before:
            break
    return prior


def _weights(patterns: Patterns, model: dict[str, Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the patterns' weights without the prior, and the ceilings of those that show the signs of kin."""
    weights = np.zeros(len(patterns.pairs))
    ceilings = np.full(len(patterns.pairs), np.inf)
    for described, comparison, column in zip(
        model["comparisons"], patterns.comparisons, patterns.levels.T, strict=True
    ):
        levels = described["comparison_levels"][1:]
        bits = np.array([log2(level["m_probability"] / level["u_probability"]) for level in levels] + [0.0])[column]
        weights += bits
        if comparison.name == kinship.NAME:
            held = [
                kinship.TWIN_ODDS_WEIGHT if level.label == kinship.DOUBTFUL else -np.inf for level in comparison.levels
            ]
            ceilings = np.where(bits < 0, np.array([*held, np.inf])[column], np.inf)
    return weights, ceilings
