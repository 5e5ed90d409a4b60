"""The match weights at which records are held to be one person, for three uses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkage_models.nominal import BundleThresholds

CONTEST_MARGIN = 3.0
"""Bits by which one claim on a record must beat a rival claim before the record is placed with it.

Three bits are odds of eight to one: about what a single weak comparison (a shared postcode district, a common
forename) contributes, so that no one such comparison decides between two people whom a person has ruled different.
"""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Match weights (log2 posterior odds) from which an edge joins two records; an edge at the threshold joins.

    Attributes:
        strict: for disclosure, where a false link is the worse error.
        link: for operations; the default subject.
        wide: for safeguarding, where a missed link is the worse error.
        contest_margin: bits by which a claim on a record must beat the claim of someone ruled to be a different person.

    Raises:
        ValueError: a weight is not finite, the order is not `wide <= link <= strict`, or the margin is negative.
    """

    strict: float
    link: float
    wide: float
    contest_margin: float = CONTEST_MARGIN

    @classmethod
    def of(cls, trained: BundleThresholds) -> Thresholds:
        """Return the thresholds that a model bundle gives."""
        return cls(strict=trained.strict, link=trained.link, wide=trained.wide)

    def __post_init__(self) -> None:
        """Refuse thresholds whose partitions could not be nested."""
        if not all(math.isfinite(weight) for weight in (self.strict, self.link, self.wide)):
            raise ValueError("The thresholds strict, link and wide must be finite match weights.")
        if not self.wide <= self.link <= self.strict:
            raise ValueError(
                f"The thresholds must satisfy wide <= link <= strict, "
                f"but are wide {self.wide}, link {self.link} and strict {self.strict}."
            )
        if not self.contest_margin >= 0:
            raise ValueError(f"The contest margin must be zero or more bits, but is {self.contest_margin}.")
