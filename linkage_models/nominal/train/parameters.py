"""Putting learned m and u together: no probability is 0 or 1, digits are reproducible, unseen levels are listed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_models.nominal.model.comparisons import comparisons
from linkage_models.nominal.model.kinship import NAME as KINSHIP
from linkage_models.nominal.model.settings import splink_settings
from linkage_models.nominal.train.maximisation import Parameters, smoothed

SMALLEST_M = 1e-3
"""No way of disagreeing is taken to be rarer than one true pair in a thousand: hands and keyboards are not that good,
and training on pairs that agree elsewhere sees too few of them."""

SMALLEST_U = 1e-7
"""No agreement is taken to be rarer between two people than one identifier written down for another."""

SEEN = 1.0
"""Expected matching pairs from which a level counts as seen in training."""


@dataclass(frozen=True)
class Learned:
    """Splink's settings with their final parameters, and the levels that training did not see among matches."""

    model: dict[str, Any]
    not_seen: tuple[str, ...]


def digits(number: float) -> float:
    """Return a number rounded to nine significant digits, so that refitting does not change it."""
    return float(f"{number:.9g}")


def _shares(values: NDArray[np.float64], smallest: float) -> list[float]:
    floored = np.maximum(values, smallest)
    return [digits(value) for value in floored / floored.sum()]


def collate(prior: float, kinds: tuple[str, ...], u: Parameters, matches: Parameters, *, families: bool) -> Learned:
    """Return the final model.

    Args:
        prior: the probability that two records taken at random are of one person.
        kinds: the kinds of identifier compared.
        u: the learned u of each comparison.
        matches: the expected number of matching pairs on each level of each comparison.
        families: whether relatives are among the records; where not, the signs of kin weigh nothing.

    Returns:
        The model, with m and u of each learned comparison summing to one over its levels.
    """
    model = splink_settings(digits(prior), kinds)
    not_seen: list[str] = []
    for comparison, described in zip(comparisons(kinds), model["comparisons"], strict=True):
        if comparison.name == KINSHIP and not families:
            for level in described["comparison_levels"][1:]:
                level["u_probability"] = level["m_probability"]
        if comparison.fixed:
            continue
        name, levels = comparison.name, comparison.levels
        start = np.array([level.m for level in levels])
        m = _shares(smoothed(matches[name], start / start.sum()), SMALLEST_M)
        stated = np.array([level.u for level in levels])
        # A level that no match showed speaks for one person no more strongly than was stated, however rare it is.
        unseen = matches[name] < SEEN
        learned_u = np.where(unseen, np.maximum(u[name], np.array(m) * stated / start), u[name])
        final_u = _shares(np.where([level.u_stated for level in levels], stated, learned_u), SMALLEST_U)
        not_seen += [f"{name}: {level.label}" for level, missing in zip(levels, unseen, strict=True) if missing]
        for level, m_value, u_value in zip(described["comparison_levels"][1:], m, final_u, strict=True):
            level |= {"m_probability": m_value, "u_probability": u_value}
    return Learned(model, tuple(not_seen))
