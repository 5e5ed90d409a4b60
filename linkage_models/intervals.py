"""Confidence intervals of ratios whose parts come in groups: links of one person are right or wrong together.

Every measure of quality is a ratio of two totals over groups of people and subjects that nothing connects, so its
variance is that of a ratio estimate over groups (Cochran 1977, "Sampling techniques", section 6.3). The interval is
Wilson's (1927) at the number of independent trials that have that variance, which Franco, Little, Louis and Slud (2019,
"Comparative study of confidence intervals for proportions in complex sample surveys") found to hold its level near 0
and 1, where a bootstrap of a sample without an error would say that errors are impossible.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z = 1.959963984540054
"""Standard normal quantile of 97.5 %: every interval is of 95 %."""

PLACES = 9
"""Decimals of a bound; threads add numbers up in no fixed order, and these are the same in every order."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A share with its 95 % confidence interval; `low <= value <= high`, all from 0 to 1."""

    value: float
    low: float
    high: float


EVERYTHING_OR_NOTHING = Interval(1.0, 0.0, 1.0)
"""The interval of the ratio of 0 to 0: nothing went wrong, but nothing was tried either."""


def wilson(value: float, trials: float) -> Interval:
    """Return Wilson's score interval of a share.

    Args:
        value: the share, 0 to 1.
        trials: the number of independent trials, or of those that would be as precise; it need not be whole.
    """
    if trials <= 0:
        return EVERYTHING_OR_NOTHING
    square = Z * Z / trials
    centre = (value + square / 2) / (1 + square)
    half = Z / (1 + square) * math.sqrt(value * (1 - value) / trials + square / (4 * trials))
    low, high = round(max(0.0, centre - half), PLACES), round(min(1.0, centre + half), PLACES)
    return Interval(value, min(low, value), max(high, value))


def ratio_interval(part: Numbers, whole: Numbers, groups: Numbers) -> Interval:
    """Return a ratio of totals over independent groups, with its interval.

    Args:
        part: the numerator of each kind of group, shape (kinds,).
        whole: its denominator, never below `part`.
        groups: how many groups there are of each kind.
    """
    total = float(groups @ whole)
    if total <= 0:
        return EVERYTHING_OR_NOTHING
    value = min(1.0, float(groups @ part) / total)
    return wilson(value, _trials(value, part - value * whole, whole, groups))


def harmonic_interval(first: Numbers, second: Numbers, whole: Numbers, groups: Numbers) -> Interval:
    """Return the harmonic mean of two ratios of one denominator, as B-cubed F1 is, with its interval.

    The arguments are those of `ratio_interval`, with two numerators; the mean is linearised in them (delta method).
    """
    total = float(groups @ whole)
    if total <= 0:
        return EVERYTHING_OR_NOTHING
    p, r = float(groups @ first) / total, float(groups @ second) / total
    if p + r == 0:
        return wilson(0.0, float(groups @ (whole > 0)))
    value = min(1.0, 2 * p * r / (p + r))
    slope_p, slope_r = 2 * r * r / (p + r) ** 2, 2 * p * p / (p + r) ** 2
    residual = slope_p * (first - p * whole) + slope_r * (second - r * whole)
    return wilson(value, _trials(value, residual, whole, groups))


def difference(higher: Interval, lower: Interval) -> Interval:
    """Return `higher - lower` with its interval by Newcombe's (1998) method 10, which squares and adds the margins."""
    value = higher.value - lower.value
    low = value - math.hypot(higher.value - higher.low, lower.high - lower.value)
    high = value + math.hypot(higher.high - higher.value, lower.value - lower.low)
    return Interval(value, round(low, PLACES), round(high, PLACES))


def _trials(value: float, residual: Numbers, whole: Numbers, groups: Numbers) -> float:
    """Return how many independent trials would give a share the variance it has, at most as many as were made."""
    total = float(groups @ whole)
    count = float(groups @ (whole > 0))
    # Where all groups agree their variance says nothing: each group then counts as one trial, the least it can be.
    spread = float(groups @ residual**2)
    if count <= 1 or spread <= 1e-12 * total:
        return count
    variance = count / (count - 1) * spread / total**2
    return min(total, value * (1 - value) / variance)
