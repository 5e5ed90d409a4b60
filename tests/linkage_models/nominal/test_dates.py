"""How two dates of birth are compared: each slip reaches the level named after it, whichever record is which."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage_models import nominal
from linkage_models.nominal.model.condition import as_sql, of_relations
from linkage_models.nominal.model.dates import BORN_TOGETHER, DATE_OF_BIRTH, NEAR_IN_AGE
from linkage_models.standardise.dates import PLACEHOLDER_BIRTH_DATES
from tests.linkage_models.nominal.builders import Warehouse, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TABLE = table("dates_of_birth")
ORDER = [level.label for level in DATE_OF_BIRTH.levels]
Pair = tuple[Any, Any]


def levels(pairs: Sequence[Pair]) -> list[str]:
    """Return the level of each pair of dates of birth; of several, or of a part, as `builders` takes them."""
    born = {
        f"{system}:{place:05}": {"born": dates}
        for place, pair in enumerate(pairs)
        for system, dates in zip("lr", pair, strict=True)
    }
    con = Warehouse(born).con
    nominal.build_features(con, "record", "feature")
    cases = " ".join(
        f"WHEN {as_sql(of_relations(level.condition))} THEN '{level.label}'"
        for level in DATE_OF_BIRTH.levels
        if level.condition is not None
    )
    found = con.execute(f"""
        SELECT CASE WHEN {as_sql(of_relations(DATE_OF_BIRTH.missing))} THEN 'missing' {cases} ELSE '{ORDER[-1]}' END
        FROM feature AS l JOIN feature AS r ON l.record_key[3:] = r.record_key[3:]
        WHERE l.source_system = 'l' AND r.source_system = 'r' ORDER BY l.record_key
    """).fetchall()
    return [level for (level,) in found]


def said(dates: Any) -> list[str]:  # noqa: ANN401 - as the table has it
    return [str(day) for day in (dates if isinstance(dates, list) else [dates])]


def test_two_dates_have_in_common_what_the_table_says() -> None:
    pairs = [(said(row["one"]), said(row["other"])) for row in TABLE]
    assert dict(zip(map(str, pairs), levels(pairs), strict=True)) == dict(
        zip(map(str, pairs), (row["level"] for row in TABLE), strict=True)
    )


def test_every_level_has_a_row_in_the_table() -> None:
    assert {row["level"] for row in TABLE} == {*ORDER, "missing"}


PLACEHOLDERS = set(map(date.fromisoformat, PLACEHOLDER_BIRTH_DATES))
DATES = st.dates(date(1850, 1, 1), date(2020, 12, 31)).filter(lambda born: born not in PLACEHOLDERS)


def valid(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text[:4]}-{text[4:6]}-{text[6:]}")
    except ValueError:
        return None


def _transposed(born: date) -> list[date | None]:
    text = f"{born:%Y%m%d}"
    return [valid(text[:at] + text[at + 1] + text[at] + text[at + 2 :]) for at in range(7)]


def _mistyped(born: date, places: Sequence[int], digit: str) -> date | None:
    text = f"{born:%Y%m%d}"
    for place in places:
        text = text[:place] + digit + text[place + 1 :]
    return valid(text)


SLIPS: dict[str, Callable[[date, str], list[date | None]]] = {
    "day and month exchanged": lambda born, _: [valid(f"{born:%Y%d%m}")],
    "one day apart": lambda born, _: [born + timedelta(days=1), born - timedelta(days=1)],
    "1 January of the same year or of the one before": lambda born, _: [
        date(born.year, 1, 1), date(born.year - 1, 1, 1) if born.strftime("%m%d") != "0101" else None,
    ],
    "two digits transposed": lambda born, _: _transposed(born),
    "one character apart, within five years": lambda born, digit: [
        _mistyped(born, [place], digit) for place in range(4, 8)
    ],
    "year and month the same": lambda born, digit: [_mistyped(born, [6, 7], digit)],
    "day and month the same, another year": lambda born, digit: [
        _mistyped(born, [place], digit) for place in range(4)
    ] + [_mistyped(born, [2, 3], digit)],
    "two characters apart": lambda born, digit: [
        _mistyped(born, [one, other], digit) for one in range(8) for other in range(one)
    ],
    "within five years": lambda born, digit: [born + timedelta(days=100 * int(digit)), born - timedelta(days=1826)],
}  # fmt: skip
"""What each slip makes of a date of birth: all that may be typed in its place."""


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(DATES, st.sampled_from("0123456789")), min_size=1, max_size=30))
def test_a_slip_reaches_the_level_named_after_it_or_a_rarer_one(births: list[tuple[date, str]]) -> None:
    typed = [
        (slip, born, other)
        for born, digit in births
        for slip, make in SLIPS.items()
        for other in make(born, digit)
        if other is not None and other not in PLACEHOLDERS | {born} and 1500 <= other.year < 3000
    ]
    found = levels([([str(born)], [str(other)]) for _, born, other in typed])
    for (slip, born, other), level in zip(typed, found, strict=True):
        assert "same" not in level.split(","), (born, other)
        assert ORDER.index(level) <= ORDER.index(slip), (slip, level, born, other)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(DATES, DATES), min_size=1, max_size=200))
def test_a_level_is_the_same_whichever_record_is_which_and_means_what_it_says(pairs: list[tuple[date, date]]) -> None:
    there = levels([([str(one)], [str(other)]) for one, other in pairs])
    assert there == levels([([str(other)], [str(one)]) for one, other in pairs])
    families = {level.label: level.family for level in DATE_OF_BIRTH.levels}
    for (one, other), level in zip(pairs, there, strict=True):
        near = abs((one - other).days) <= 1826
        assert (families[level] == BORN_TOGETHER) == (one == other)
        assert near or families[level] != NEAR_IN_AGE, (one, other, level)
        assert near or level != "within five years"


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(DATES, DATES, st.booleans()), min_size=1, max_size=100))
def test_a_part_of_a_date_says_what_it_has_in_common_and_no_day(pairs: list[tuple[date, date, bool]]) -> None:
    parts = [(one, f"{other:%Y-%m}" if month else f"{other:%Y}") for one, other, month in pairs]
    found = levels([([str(one)], [part]) for one, part in parts])
    assert found == levels([([part], [str(one)]) for one, part in parts])
    for (one, part), level in zip(parts, found, strict=True):
        if str(one).startswith(part):
            month = len(part) > len("1984")
            assert level == ("year and month the same, no day known" if month else "year the same, no month known")
        else:
            assert level == ("within five years" if abs(one.year - int(part[:4])) <= 5 else "further apart")


def test_what_is_stated_of_the_levels_are_shares() -> None:
    for rates in ([level.m for level in DATE_OF_BIRTH.levels], [level.u for level in DATE_OF_BIRTH.levels]):
        assert sum(rates) == pytest.approx(1, abs=0.002)
    assert set(DATE_OF_BIRTH.families) == {level.family for level in DATE_OF_BIRTH.levels} - {""}
