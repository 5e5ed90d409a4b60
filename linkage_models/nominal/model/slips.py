"""Slips that go together, or avoid each other: how often one person's name and date of birth both have one.

The comparisons are weighed as if they were independent given the kind of pair. Slips are not: a hasty typist makes
several, and where a record was copied and changed in one place, it has one. So of pairs of one person training learns
how often name and date are both exact, or one, or none, beside what independence says (Thibaudeau 1993 adds the same
interaction to the model of Fellegi and Sunter).
"""

from dataclasses import dataclass
from math import log2
from typing import Any

from linkage_models.nominal.model.comparison import Comparison
from linkage_models.nominal.model.household import by_level

NAME = "slips"
"""The entry of the evidence."""

BETWEEN = ("name", "date_of_birth")
"""The comparisons between which slips are related."""

NAMESAKE_TWINS = 0.01
"""By how much rarer than independence says two people of one household have one name and one date of birth: twins are
not given one forename, and who is named after another is not born on the same day. What is left is one's record written
with the other's name."""

WORDS = (("none in the name or the date", "one in the date alone"), ("one in the name alone", "both in name and date"))


@dataclass(frozen=True, slots=True)
class Slips:
    """By how much likelier than independence says one person's pairs show these together.

    Attributes:
        ratios: of name exact or not, and within each of the date exact or not.
    """

    ratios: list[list[float]]

    def sql(self, model: dict[str, Any], comparisons: tuple[Comparison, ...], values: list[list[str]]) -> str:
        """Return SQL over Splink's predictions for one of four values; NULL where name or date was not compared.

        Args:
            model: Splink's settings.
            comparisons: the comparisons of the model.
            values: SQL for each, in the order of `ratios`.
        """
        exact = []
        for name in BETWEEN:
            described = next(c for c in model["comparisons"] if c["output_column_name"] == name)
            levels = [level for level in described["comparison_levels"] if not level.get("is_null_level")]
            compared = next(comparison for comparison in comparisons if comparison.name == name)
            exact.append(by_level(name, levels, [str(int(level.exact)) for level in compared.levels], "NULL"))
        cases = " ".join(
            f"WHEN {2 - 2 * row + 1 - column} THEN {value}"
            for row, of_row in enumerate(values)
            for column, value in enumerate(of_row)
        )
        return f"CASE 2 * ({exact[0]}) + ({exact[1]}) {cases} END"

    def bits(self) -> list[list[float]]:
        """Return the weights, in bits."""
        return [[round(log2(ratio), 6) for ratio in row] for row in self.ratios]

    def most(self) -> float:
        """Return the bits by which they raise a weight at most."""
        return max(0.0, *(bits for row in self.bits() for bits in row))
