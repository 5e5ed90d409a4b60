"""What a comparison is: levels of agreement as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

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
        u_stated: whether u is stated, being too rare for sampling to see; training raises it where strangers share it.
        family: what of the level a household or family has in common, such as a surname. Among pairs of two people of
            one household, levels of one such word are as frequent beside each other as among strangers; how frequent
            they are together is learned. Levels without a word are such a group as well.
        exact: whether the two records say the same in it, without a slip; see `slips`.
    """

    label: str
    condition: Condition | None
    m: float
    u: float
    term_frequency: str | None = None
    term_weight: float = 1.0
    u_stated: bool = False
    family: str = ""
    exact: bool = False

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
        families: for each word in `Level.family`, its stated share among pairs of two people of one household; what is
            left to 1 is that of the levels without a word. Where it is empty, such pairs are as two strangers are.
        related: for a word in `Level.family` the feature that its levels share: the proportions of these levels are
            counted among the pairs of two people who share it. Those of other words are as among all strangers.
    """

    name: str
    missing: Condition
    levels: tuple[Level, ...]
    fixed: bool = False
    alike: str | None = None
    families: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    related: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def of_households(comparison: Comparison, shares: tuple[float, ...]) -> Comparison:
    """Return a comparison of what a household has in common: each level's share among its pairs is learned by itself.

    Relatives who live apart are in the class as well, so they have nothing in common at least as often as one person's
    records do, who moves and changes telephones.

    Args:
        comparison: the comparison.
        shares: for each level its stated share among pairs of two people of one household.
    """
    levels = tuple(replace(level, family=level.label) for level in comparison.levels)
    families = {level.label: share for level, share in zip(levels, shares, strict=True)}
    return replace(comparison, levels=levels, families=families)
