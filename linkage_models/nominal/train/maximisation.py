"""Expectation maximisation of m on agreement patterns, with the stated starting values as prior.

The same algorithm as Splink's (Fellegi and Sunter 1969; Winkler 1988), on patterns that are counted once. It is
written out here because Splink 5.0.0 has no prior for m: a level that no match shows shrinks from round to round
until Splink stops with an error, and in a small set of records single pairs decide.
"""

import numpy as np
from numpy.typing import NDArray

from linkage_models.nominal.train.agreement import Patterns, counts_by_level

PRIOR_PAIRS = 20.0
"""How many matching pairs the starting values of m weigh: enough that a handful of pairs cannot overturn them."""

ROUNDS = 200
CONVERGED = 1e-7
"""Largest change of any m, or of the share of matches, at which the rounds end."""

Parameters = dict[str, NDArray[np.float64]]
"""For each comparison its levels' probabilities."""


def starting(patterns: Patterns, letter: str) -> Parameters:
    """Return the starting `m` or `u` of the patterns' comparisons, summing to one."""
    values = {c.name: np.array([getattr(level, letter) for level in c.levels]) for c in patterns.comparisons}
    return {name: value / value.sum() for name, value in values.items()}


def smoothed(counts: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return m from counts of matching pairs by level, with `PRIOR_PAIRS` pairs at the prior."""
    result: NDArray[np.float64] = (counts + PRIOR_PAIRS * prior) / (counts.sum() + PRIOR_PAIRS)
    return result


def maximise(patterns: Patterns, u: Parameters) -> Parameters:
    """Find m and the share of matches that make the patterns likeliest, u being known.

    Args:
        patterns: the pairs of one blocking, over the comparisons it leaves free.
        u: the level probabilities among pairs of two people, for at least these comparisons.

    Returns:
        For each comparison the expected number of matching pairs on each level.
    """
    prior = starting(patterns, "m")
    m, share = dict(prior), 0.5
    counts = counts_by_level(patterns, (patterns.pairs * share).astype(np.float64))
    for _ in range(ROUNDS):
        odds = np.full(len(patterns.pairs), np.log(share / (1 - share)))
        for comparison, column in zip(patterns.comparisons, patterns.levels.T, strict=True):
            weight = np.append(np.log(m[comparison.name] / u[comparison.name]), 0.0)
            odds += weight[column]
        matching = patterns.pairs / (1 + np.exp(-np.clip(odds, -500, 500)))
        counts = counts_by_level(patterns, matching)
        updated = {name: smoothed(count, prior[name]) for name, count in counts.items()}
        new_share = float(np.clip(matching.sum() / patterns.pairs.sum(), 1e-6, 1 - 1e-6))
        change = max(abs(new_share - share), *(float(np.abs(updated[name] - m[name]).max()) for name in m))
        m, share = updated, new_share
        if change < CONVERGED:
            break
    return counts
