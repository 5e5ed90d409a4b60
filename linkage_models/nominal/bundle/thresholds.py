"""The match weights at which a pair is acted on, from the quality that the model expects or from what errors cost."""

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, log2

import numpy as np
from numpy.typing import NDArray

from linkage_models.nominal.bundle.calibration import UNCALIBRATED, Calibration
from linkage_models.nominal.errors import TrainingError

FALSE_LINK_COSTS = {"strict": 9999.0, "link": 99.0, "wide": 4.0, "review": 1 / 99}
"""The cost of a false link in units of a missed one, for each use.

* strict, disclosure: another person's record disclosed is a breach that cannot be undone.
* link, operations: a false link misleads everyone who reads the subject, a missed one leaves what was there before.
* wide, safeguarding: a few false links among those a person looks through are the price of missing less.
* review: a pair that a person would look at: the cost is a minute of reading against an intelligence gap.
"""


@dataclass(frozen=True, slots=True)
class BundleThresholds:
    """Match weights in bits, each inclusive; `review <= wide <= link <= strict`."""

    strict: float
    link: float
    review: float
    wide: float


def from_costs(costs: dict[str, float] = FALSE_LINK_COSTS, calibration: Calibration = UNCALIBRATED) -> BundleThresholds:
    """Return the thresholds that minimise expected cost.

    Linking costs `c (1 - p)` on average and not linking costs `p`, for a pair that matches with probability p and a
    false link that costs c missed ones; so link if `p / (1 - p) >= c`, that is, if the calibrated log2 odds are at
    least `log2 c` (the decision rule of Fellegi and Sunter 1969 under costs).

    Args:
        costs: c for `strict`, `link`, `wide` and `review`, none above the one before.
        calibration: from match weight to log2 odds.

    Raises:
        TrainingError: a cost is lacking, unknown, not a number above 0, or above the one before it.
    """
    if set(costs) != set(FALSE_LINK_COSTS):
        raise TrainingError(f"The costs of a false link are those of {', '.join(FALSE_LINK_COSTS)}; give each of them.")
    for use, cost in costs.items():
        if not (isfinite(cost) and cost > 0):
            raise TrainingError(f"The cost of a false link for {use} is {cost}; give a number above 0.")
    for dearer, cheaper in pairwise(FALSE_LINK_COSTS):
        if costs[dearer] < costs[cheaper]:
            raise TrainingError(
                f"A false link costs {costs[dearer]:g} for {dearer} and {costs[cheaper]:g} for {cheaper}; "
                f"{dearer} is the more careful use, so give it a cost that is no lower."
            )
    return BundleThresholds(**{use: calibration.weight_at(log2(cost)) for use, cost in costs.items()})


EXPECTED_PRECISION = {"strict": 0.999, "link": 0.99}
"""Expected share of links that are right, for the uses that a model decides before any pair was labelled."""

LEAST_ODDS = 0.0
"""No pair that is likelier of two people than of one is linked for operations, whatever the others' quality."""


def from_expected(weights: NDArray[np.float64], pairs: NDArray[np.float64]) -> BundleThresholds:
    """Return the lowest thresholds at which the links that the model expects to make are of a stated precision.

    The expected precision of the pairs from a weight upwards is the mean of their probabilities. Where no weight
    reaches what is stated, a pair is linked only if its own probability does.

    Args:
        weights: match weights of candidate pairs, in bits, of shape (kinds,).
        pairs: how many pairs have each, of the same shape.
    """
    order = np.argsort(-weights, kind="stable")
    weight, count = weights[order], pairs[order]
    precision = np.cumsum(count / (1 + np.exp2(-np.clip(weight, -500, 500)))) / np.maximum(np.cumsum(count), 1e-300)
    # Of equal weights either all are linked or none.
    last = np.append(weight[1:] != weight[:-1], True) if len(weight) else np.array([], dtype=bool)
    lowest = {}
    for use, share in EXPECTED_PRECISION.items():
        enough = weight[last & (precision >= share) & (weight >= LEAST_ODDS)]
        lowest[use] = float(enough.min()) if len(enough) else log2(share / (1 - share))
    link = round(lowest["link"], 6)
    by_cost = from_costs()
    return BundleThresholds(
        strict=round(max(link, lowest["strict"]), 6), link=link, review=by_cost.review, wide=min(by_cost.wide, link)
    )
