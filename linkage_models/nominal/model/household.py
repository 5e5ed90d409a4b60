"""The third kind of pair: two people of one household or family, who are alike in what families share.

A pair of records is of one person, of two people of one household, or of two strangers. Of a household's two people a
surname, an address or a telephone agree about as often as of one person, and everything else as rarely as of strangers.
So a pair's weight is its log odds of one person against both others: the weight against strangers alone, that is what
Splink adds up, less `log2(1 + odds of a household against strangers)`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2
from typing import Any

LABEL_SCALE = 1_000_000_000
"""A level is known again by its weight, as a whole number of these parts of a bit: Splink keeps weights but not levels,
unless it also keeps every column compared, which would be most of the memory."""

OWN_NAME = "forename_v"
"""The feature by which two people of one household are told apart; the rest of a full name they share."""

OWN_FREQUENCY = f"tf_{OWN_NAME}"


@dataclass(frozen=True, slots=True)
class Household:
    """What training learned of pairs of two people of one household or family.

    Attributes:
        prior: the probability that two records taken at random are such a pair.
        levels: for each comparison its levels' shares among such pairs, in order.
        named_alike: the share of relatives with one surname of whom one was given the other's forename.
        forename_chance: the share of pairs of two people with one forename.
    """

    prior: float
    levels: Mapping[str, list[float]]
    named_alike: float
    forename_chance: float

    def own_name_sql(self, frequency: str) -> str:
        """Return SQL for the bits by which sharing a forename of a frequency is rarer than sharing one at random.

        Of two people of one household one may be named after the other, whatever the name; otherwise a forename is
        shared as rarely as among strangers.
        """
        chance = f"({self.named_alike!r} + {1 - self.named_alike!r} * ({frequency}))"
        return f"log2({self.forename_chance!r} / {chance})"

    def weight_sql(self, model: dict[str, Any], own_frequency: str) -> str:
        """Return SQL over Splink's predictions for the log2 odds of a household against strangers.

        Args:
            model: Splink's settings.
            own_frequency: SQL for the frequency of the forename, the greater of the two records'.
        """
        parts = [repr(round(log2(self.prior / (1 - self.prior)), 6))]
        for comparison in model["comparisons"]:
            parts += self._parts(comparison, self.levels[comparison["output_column_name"]], own_frequency)
        return " + ".join(parts)

    def _parts(self, comparison: dict[str, Any], shares: list[float], own_frequency: str) -> list[str]:
        name = comparison["output_column_name"]
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        bits = [log2(k / level["u_probability"]) for k, level in zip(shares, levels, strict=True)]
        adjusted = [level for level in levels if level.get("tf_adjustment_column")]
        parts = []
        if any(abs(each) > 1e-6 for each in bits):  # noqa: PLR2004 - bits
            parts.append(by_level(name, levels, [repr(round(each, 6)) for each in bits]))
        if adjusted:
            parts.append(f"mw_tf_adj_{name}")
            own = [
                f"{level.get('tf_adjustment_weight', 1.0)!r} * {self.own_name_sql(own_frequency)}"
                if level.get("tf_adjustment_column") in (OWN_NAME, "full_name")
                else "0"
                for level in levels
            ]
            parts.append(f"-({by_level(name, levels, own)})")
        return parts


def by_level(name: str, levels: list[dict[str, Any]], values: list[str], otherwise: str = "0") -> str:
    """Return SQL over Splink's predictions for the value of the level that a pair shows in a comparison.

    Args:
        name: the comparison.
        levels: its levels, without the one for what is missing.
        values: SQL for each.
        otherwise: SQL where nothing was compared.
    """
    cases = " ".join(
        f"WHEN {round(log2(level['m_probability'] / level['u_probability']) * LABEL_SCALE)} THEN {value}"
        for level, value in zip(levels, values, strict=True)
    )
    return f"CASE round(mw_{name} * {LABEL_SCALE})::BIGINT {cases} ELSE {otherwise} END"
