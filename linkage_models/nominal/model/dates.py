"""The comparison of dates of birth: whole ones by the slip that parts them, others by the part that is known.

Every level asks for whole numbers or short texts; how alike two texts are is asked only where two characters differ,
and of lists of dates only where a record has several. The levels stand from the rarest among pairs of two people to the
most frequent, as far as one is not a case of another.
"""

from __future__ import annotations

from types import MappingProxyType

from linkage_models.nominal.model.comparison import Comparison, Level
from linkage_models.nominal.model.condition import both, call, condition, either_way, equal, lacking

DAYS_IN_FIVE_YEARS = 1826

BORN_TOGETHER = "born together"
"""What twins have in common: the date of birth itself."""

NEAR_IN_AGE = "near in age"
"""What brothers, sisters and couples often have in common: dates of birth within five years."""

_WITHIN_FIVE_YEARS = call(
    "coalesce",
    f"abs(dob_days_l - dob_days_r) <= {DAYS_IN_FIVE_YEARS}",
    "abs(dob_year_l - dob_year_r) <= 5",
)
_WHOLE = condition("NOT dob_month_day_l IS NULL AND NOT dob_month_day_r IS NULL")
_ONE_CHARACTER = condition("hamming(dob_text_l, dob_text_r) = 1")
_TWO_CHARACTERS = condition("hamming(dob_text_l, dob_text_r) = 2")

DATE_OF_BIRTH = Comparison(
    "date_of_birth",
    lacking("dob_year"),
    (
        # 1 January is over-represented: it is what people type for 'some time that year'.
        Level(
            "same, 1 January",
            both(equal("dob_text"), condition("dob_month_day_l = 101")),
            0.008,
            2e-6,
            family=BORN_TOGETHER,
            exact=True,
        ),
        Level("same", equal("dob_text"), 0.935, 5e-5, family=BORN_TOGETHER, exact=True),
        Level(
            "same through an alias date",
            condition("CASE WHEN len(dobs_l) > 1 OR len(dobs_r) > 1 THEN list_has_any(dobs_l, dobs_r) ELSE FALSE END"),
            0.017,
            5e-6,
            family=BORN_TOGETHER,
        ),
        Level("day and month exchanged", condition("dob_swapped_l = dob_text_r"), 0.004, 2.5e-5, family=NEAR_IN_AGE),
        Level("one day apart", condition("abs(dob_days_l - dob_days_r) = 1"), 0.002, 1e-4, family=NEAR_IN_AGE),
        # One in a hundred is born, or said to be, on 1 January, and one in twenty-five in one of two years.
        Level(
            "1 January of the same year or of the one before",
            either_way(
                lambda one, other: condition(
                    f"dob_month_day_{one} = 101 AND dob_month_day_{other} <> 101"
                    f" AND dob_year_{other} - dob_year_{one} BETWEEN 0 AND 1"
                )
            ),
            0.003,
            6e-4,
            family=NEAR_IN_AGE,
        ),
        # Two digits beside each other, in whichever part: the year may be far off.
        Level(
            "two digits transposed",
            condition(
                "CASE WHEN hamming(dob_text_l, dob_text_r) = 2"
                " THEN damerau_levenshtein(dob_text_l, dob_text_r) = 1 ELSE FALSE END"
            ),
            0.002,
            5e-5,
        ),
        Level(
            "one character apart, within five years",
            both(_ONE_CHARACTER, _WITHIN_FIVE_YEARS),
            0.012,
            1.2e-3,
            family=NEAR_IN_AGE,
        ),
        Level(
            "year and month the same",
            both(equal("dob_month"), equal("dob_year"), _WHOLE),
            0.002,
            1e-3,
            family=NEAR_IN_AGE,
        ),
        # Also one character of the decade or century wrong, which is as likely to be another person.
        Level("day and month the same, another year", equal("dob_month_day"), 0.003, 2.2e-3),
        Level("two characters apart", _TWO_CHARACTERS, 0.002, 1.4e-2),
        # Of two records in five hundred, one has no more than a part of the date.
        Level(
            "year and month the same, no day known",
            both(equal("dob_month"), equal("dob_year")),
            5e-4,
            2e-6,
            family=NEAR_IN_AGE,
        ),
        Level(
            "year the same, no month known",
            both(equal("dob_year"), lacking("dob_month")),
            0.0015,
            4e-5,
            family=NEAR_IN_AGE,
        ),
        Level("within five years", _WITHIN_FIVE_YEARS, 0.004, 0.17, family=NEAR_IN_AGE),
        Level("further apart", None, 0.004, 0.81),
    ),
    families=MappingProxyType({BORN_TOGETHER: 0.02, NEAR_IN_AGE: 0.28}),
)
"""Same 0.943, an alias date 0.017, one slip 0.023 and within five years 0.010 of the pairs of one person are from the
published rates (`domain` section 4). How they divide among the slips is a judgement: wrong keys are commonest. u is
counted over pairs of invented people of 18 to 80 years."""
