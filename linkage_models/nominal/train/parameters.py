"""Putting learned shares together: no probability is 0 or 1, digits are reproducible, unseen levels are listed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_models.nominal.model.comparison import Comparison
from linkage_models.nominal.model.household import Household
from linkage_models.nominal.model.settings import splink_settings
from linkage_models.nominal.model.slips import Slips
from linkage_models.nominal.train.mixture import FEWEST, Mixture, Parameters, prior_pairs, shares

SMALLEST_M = 1e-3
"""No way of disagreeing is taken to be rarer than one true pair in a thousand: hands and keyboards are not that good,
and training on pairs that agree elsewhere sees too few of them."""

SMALLEST_U = 1e-7
"""No agreement is taken to be rarer between two people than one identifier written down for another."""

SEEN = 1.0
"""Expected matching pairs from which a level counts as seen in training."""


@dataclass(frozen=True)
class Learned:
    """The final parameters.

    Attributes:
        model: Splink's settings.
        household: what was learned of pairs of one household.
        slips: what was learned of slips that go together.
        seen: for each comparison and level, `name: label`, the expected pairs of one person that show it.
        not_seen: the levels that training could not learn for want of such pairs.
    """

    model: dict[str, Any]
    household: Household
    slips: Slips
    seen: dict[str, float]
    not_seen: tuple[str, ...]


def digits(number: float) -> float:
    """Return a number rounded to nine significant digits, so that refitting does not change it."""
    return float(f"{number:.9g}")


def _floored(values: NDArray[np.float64], smallest: float) -> NDArray[np.float64]:
    floored = np.maximum(values, smallest)
    result: NDArray[np.float64] = floored / floored.sum()
    return result


def _prior(pairs: float, possible: float) -> float:
    return min(0.5, max(pairs, FEWEST) / possible)


def collate(
    kinds: tuple[str, ...],
    comparisons: tuple[Comparison, ...],
    u: Parameters,
    mixture: Mixture,
    possible: float,
    chance: float,
) -> Learned:
    """Return the final model.

    Args:
        kinds: the kinds of identifier compared.
        comparisons: the comparisons of the model.
        u: the learned u of each comparison.
        mixture: what maximisation found.
        possible: pairs of records there are.
        chance: the share of pairs of two people with one forename.

    Returns:
        The model, with m and u of each learned comparison summing to one over its levels.
    """
    model = splink_settings(digits(_prior(mixture.matches, possible)), kinds)
    seen: dict[str, float] = {}
    households: dict[str, list[float]] = {}
    for comparison, described in zip(comparisons, model["comparisons"], strict=True):
        name, levels = comparison.name, comparison.levels
        start = np.array([level.m for level in levels])
        start = start / start.sum()
        stated = np.array([level.u for level in levels])
        counts = mixture.counts[name]
        m, final_u = start, stated / stated.sum()
        if not comparison.fixed:
            m = _floored(shares(counts, start, prior_pairs(comparison)), SMALLEST_M)
            # A level that no match showed speaks for one person no more strongly than was stated, however rare it is.
            learned_u = np.where(counts < SEEN, np.maximum(u[name], m * stated / start), u[name])
            final_u = _floored(np.where([level.u_stated for level in levels], mixture.u[name], learned_u), SMALLEST_U)
        k = mixture.household[name]
        if set(comparison.families) == {level.label for level in levels}:
            # And for a household neither.
            at_home = np.array([comparison.families[level.label] for level in levels])
            k = np.where(counts < SEEN, m * at_home / start, k)
        k = _floored(k, 1e-9)
        households[name] = [digits(value) for value in k]
        weights: set[float] = set()
        for level, m_value, u_value, of, count in zip(
            described["comparison_levels"][1:], m, final_u, levels, counts, strict=True
        ):
            m_digits, u_digits = digits(m_value), digits(u_value)
            # Levels are known again by their weights, so no two of a comparison weigh the same, or nothing.
            while round(np.log2(m_digits / u_digits), 6) in weights | {0.0}:
                u_digits = digits(u_digits * 1.000002)
            weights.add(round(np.log2(m_digits / u_digits), 6))
            level |= {"m_probability": m_digits, "u_probability": u_digits}
            seen[f"{name}: {of.label}"] = digits(count)
    household = Household(
        digits(_prior(mixture.relatives, possible)), households, digits(mixture.named_alike), digits(chance)
    )
    fixed = {comparison.name for comparison in comparisons if comparison.fixed}
    not_seen = tuple(name for name, count in seen.items() if count < SEEN and name.split(": ")[0] not in fixed)
    slips = Slips([[digits(ratio) for ratio in row] for row in mixture.slips])
    return Learned(model, household, slips, seen, not_seen)
