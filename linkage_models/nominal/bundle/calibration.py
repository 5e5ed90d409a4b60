"""Calibration: from a match weight to a probability, fitted to labelled pairs.

The comparisons are weighed as if they were independent, which they are not, so a weight of ten bits is right less often
than 1,023 times in 1,024. Where people, or the truth of a sample, have said of scored pairs whether they are of one
person, a straight line is fitted from weight to log2 odds (Platt 1999). Before any label it is the identity, and it
leaves that as labels come: with few of them the line is held by a normal prior around the identity.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log

import duckdb
import numpy as np
from numpy.typing import NDArray

from linkage_models.intervals import wilson

FIT_UP_TO = 20.0
"""Match weight, in bits, up to which pairs are fitted. False pairs beyond it come from wrong records, such as another
person's number, and would bend the line where no threshold lies."""

INTERCEPT_SPREAD, SLOPE_SPREAD = 3.0, 0.3
"""Standard deviations, in bits and without unit, of the prior around an intercept of 0 and a slope of 1."""

SMALLEST_SLOPE = 0.2
ROUNDS = 100
BIN = 2
"""Bits of weight in one bin of the reliability curve."""


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Labelled pairs whose weight lies in a bin: how many, how many are one person, how many were expected.

    Attributes:
        weight: the bin's lower end, in bits.
        pairs: labelled pairs in it.
        matches: of these, those of one person.
        low: lower end of the 95 % interval of their share (Wilson 1927).
        high: upper end.
        expected: mean calibrated probability.
    """

    weight: float
    pairs: int
    matches: int
    low: float
    high: float
    expected: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """A line from match weight to log2 odds: `intercept + slope * weight`; the identity if nothing is labelled.

    Attributes:
        intercept: bits.
        slope: above 0, so that a higher weight is never less probable.
        pairs: labelled pairs it was fitted to.
        bins: the reliability curve, from low weights to high.
    """

    intercept: float = 0.0
    slope: float = 1.0
    pairs: int = 0
    bins: tuple[ReliabilityBin, ...] = field(default=())

    def probability_sql(self, weight: str) -> str:
        """Return SQL for the probability at a weight.

        Args:
            weight: SQL for the match weight, in bits.
        """
        return f"1 / (1 + pow(2, -({self.intercept!r} + {self.slope!r} * ({weight}))))"

    def weight_at(self, odds: float) -> float:
        """Return the match weight at which the calibrated log2 odds are `odds`, to six decimals."""
        return round((odds - self.intercept) / self.slope, 6)


UNCALIBRATED = Calibration()


def fit(weights: Sequence[float] | NDArray[np.float64], same: Sequence[bool] | NDArray[np.bool_]) -> Calibration:
    """Fit a calibration to labelled pairs by penalised maximum likelihood (Newton's method).

    Args:
        weights: match weights in bits, of shape (pairs,).
        same: whether each pair is of one person, of the same shape.

    Returns:
        The calibration; `UNCALIBRATED` if no pair is labelled. The order of the pairs does not matter.
    """
    order = np.lexsort((np.asarray(same, dtype=bool), np.asarray(weights, dtype=np.float64)))
    weight, matches = np.asarray(weights, dtype=np.float64)[order], np.asarray(same, dtype=np.float64)[order]
    if not len(weight):
        return UNCALIBRATED
    of = weight <= FIT_UP_TO
    design = np.stack([np.ones(of.sum()), weight[of]], axis=1) * log(2)
    line, middle = np.array([0.0, 1.0]), np.array([0.0, 1.0])
    precision = np.diag([INTERCEPT_SPREAD**-2, SLOPE_SPREAD**-2])
    for _ in range(ROUNDS):
        probable = 1 / (1 + np.exp(-np.clip(design @ line, -500, 500)))
        gradient = design.T @ (matches[of] - probable) - precision @ (line - middle)
        curvature = (design * (probable * (1 - probable))[:, None]).T @ design + precision
        step = np.linalg.solve(curvature, gradient)
        step *= min(1.0, 1 / max(abs(step).max(), 1e-12))
        line = line + step
        line[1] = max(line[1], SMALLEST_SLOPE)
        if abs(step).max() < 1e-9:  # noqa: PLR2004 - bits, far below the digits kept
            break
    intercept, slope = (float(f"{value:.6g}") for value in line)
    return Calibration(intercept, slope, len(weight), _bins(weight, matches, intercept, slope))


def fit_edges(con: duckdb.DuckDBPyConnection, edges: str, labels: str) -> Calibration:
    """Fit a calibration to scored pairs that are labelled.

    Args:
        con: the connection.
        edges: relation of `relations.EDGE`.
        labels: a relation (record_l, record_r, same), the smaller record key first, each pair once.
    """
    found = con.execute(f"""
        SELECT match_weight, same FROM {edges} JOIN {labels} USING (record_l, record_r) ORDER BY ALL
    """).fetchnumpy()
    return fit(np.asarray(found["match_weight"], dtype=np.float64), np.asarray(found["same"], dtype=bool))


def _bins(
    weight: NDArray[np.float64], matches: NDArray[np.float64], intercept: float, slope: float
) -> tuple[ReliabilityBin, ...]:
    expected = 1 / (1 + np.exp2(-(intercept + slope * weight)))
    lower = np.floor(np.minimum(weight, FIT_UP_TO) / BIN) * BIN
    bins = []
    for start in np.unique(lower):
        of = lower == start
        pairs, right = int(of.sum()), round(matches[of].sum())
        share = wilson(right / pairs, pairs)
        bins.append(
            ReliabilityBin(float(start), pairs, right, share.low, share.high, float(f"{expected[of].mean():.6g}"))
        )
    return tuple(bins)
