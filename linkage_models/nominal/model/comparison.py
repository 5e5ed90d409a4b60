"""What a comparison is: levels of agreement as data."""

from dataclasses import dataclass

from linkage_models.nominal.model.condition import Condition, as_sql

ELSE = "ELSE"
"""The condition of a last level, in Splink's form."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a comparison; the first level whose condition holds is the pair's.

    Attributes:
        label: what the level means, as an analyst reads it in the evidence.
        condition: what of the two records' features must hold; None for a last level, which takes what is left.
        m: starting share among pairs of one person.
        u: starting share among pairs of two people.
        term_frequency: the feature whose frequency adjusts the weight, if any. The adjustment is made against u of the
            level that asks for its equality alone, so it is nil for a value of average frequency.
        term_weight: how much of the adjustment applies, 0 to 1: in full where the value itself is shared, half where
            the pair agrees on only part of it.
        u_stated: whether u stays as stated, being too rare for sampling to see.
    """

    label: str
    condition: Condition | None
    m: float
    u: float
    term_frequency: str | None = None
    term_weight: float = 1.0
    u_stated: bool = False

    @property
    def sql(self) -> str:
        """The condition in Splink's form."""
        return ELSE if self.condition is None else as_sql(self.condition)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one aspect of two records is compared.

    Attributes:
        name: the comparison, as it is named in the evidence.
        missing: when the two cannot be compared; such a pair gets no weight from this comparison.
        levels: from most to least alike; the last takes what the others leave.
        fixed: whether training leaves m and u as they are.
        alike: a feature on which u is counted among the pairs of two people that share it, where the aspect depends on
            it: of two strangers called Dwayne, more share a middle name or a place of birth than of two at random.
    """

    name: str
    missing: Condition
    levels: tuple[Level, ...]
    fixed: bool = False
    alike: str | None = None
