r"""How the dates of a source are read, as macros: by its formats, in its time zone, whole or in part.

read_date(given)          the day that a text gives, or NULL
read_birth_date(given)    the same of a date of birth, whose year of two digits is never after the delivery
read_part(given)          `YYYY` or `YYYY-MM` of a text that leaves the day, or the day and the month, open
possible_birth(day)       a day that may be a date of birth, or NULL
possible_part(part)       the same of a part of one
birth_fault(given, day, part)  why a date of birth is left out: unreadable, implausible or placeholder
is_unread(given, day)     whether a text gives a day that cannot be read; `infinity` gives none

DuckDB's own reading is too kind for what others typed: `%Y` takes a year of two digits, and any format takes `infinity`
for 1900-01-01. So a text is read only if it has the form of the format.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from linkage_models.relations import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkage_models.relations import Temporaries
    from pipelines.source import SourceSpec

YEARS_AHEAD = 20
"""Years after the delivery up to which a year of two digits is one to come: what is agreed further ahead, such as the
end of a long sentence, is rarer than what lies eighty years back. A date of birth never lies ahead."""

_TOKEN = re.compile(r"%-?[A-Za-z%]|\s+|.", re.DOTALL)
_DAY, _MONTHS, _YEARS = "d", ("m", "b", "B", "h"), ("Y", "y")
_FORMS = {
    "Y": r"\d{4}", "y": r"\d{2}", "d": r"\d{1,2}", "m": r"\d{1,2}", "b": r"\pL+", "B": r"\pL+", "h": r"\pL+",
    "H": r"\d{1,2}", "I": r"\d{1,2}", "M": r"\d{1,2}", "S": r"\d{1,2}", "f": r"\d+", "g": r"\d+", "n": r"\d+",
    "p": r"\pL{2}", "a": r"\pL+", "A": r"\pL+", "j": r"\d{1,3}", "%": "%",
}  # fmt: skip
"""The form of what each specifier of strptime stands for; others may have any."""

_OPEN = r"(?:0{1,3}|[xX?*_-]{1,3})"
"""What stands for a day or a month that is not known."""

_TWO = (r"\d{2}", r"(?:00|[xX?*_-]{2})")
"""The same of a day or a month in digits that no mark parts from the digits beside it, and of one that is not known."""

_MARK = r"[-/. ]"
_YEAR_MONTH = rf"(\d{{4}}){_MARK}(0?[1-9]|1[0-2])(?:{_MARK}{_OPEN})?"
_MONTH_YEAR = rf"(0?[1-9]|1[0-2]){_MARK}(\d{{4}})"
_NAMED_MONTH = "strftime(try_strptime(replace(given, '-', ' '), ['%b %Y', '%B %Y']), '%Y-%m')"
_SURE = (
    *(
        f"CASE WHEN regexp_full_match(given, '{form}') THEN regexp_extract(given, '{form}', {year}) || '-' || "
        f"lpad(regexp_extract(given, '{form}', {month}), 2, '0') END"
        for form, year, month in ((_YEAR_MONTH, 1, 2), (_MONTH_YEAR, 2, 1))
    ),
    r"CASE WHEN regexp_full_match(given, '\pL{3,9}[- ]\d{4}') THEN " + _NAMED_MONTH + " END",
    *(
        f"nullif(regexp_extract(given, '^{form}$', 1), '')"
        for form in (
            rf"(?:{_OPEN}{_MARK}){{0,2}}(\d{{4}})",
            rf"(\d{{4}}){_MARK}{_OPEN}(?:{_MARK}(?:{_OPEN}|\d{{1,2}}))?",
            rf"(?:{_OPEN}{_MARK}\d{{1,2}}|\d{{1,2}}{_MARK}{_OPEN}){_MARK}(\d{{4}})",
        )
    ),
)
"""Readings of a part that can mean one thing only, whatever the formats: a month and a year, or a year."""

_ISO = r"\d{4}[-/ ]\d{1,2}[-/ ]\d{1,2}([T ]\d.*)?"
_ZONED = r".*:\d\d.*(Z|[+-]\d\d(:?\d\d)*)"
"""A moment with its distance from UTC, as text."""


def make_macros(own: Temporaries, spec: SourceSpec, delivered: date) -> None:
    """Make the macros named in this module's docstring.

    Args:
        own: the temporaries of the staging.
        spec: the source system.
        delivered: the day on which the load was delivered.
    """
    first, last = spec.birth_years
    bounds = f"DATE '{first:04}-01-01', least(DATE '{last:04}-12-31', {_day(delivered)})"
    own.macro("day_of", "moment", _day_of(spec.time_zone))
    own.macro("within_century", "day, latest", _WITHIN_CENTURY)
    ahead = delivered.replace(year=delivered.year + YEARS_AHEAD, day=min(delivered.day, 28))
    own.macro("read_date", "given", _read(spec.date_formats, _day(ahead)))
    own.macro("read_birth_date", "given", _read(spec.date_formats, _day(delivered)))
    own.macro("read_part", "given", f"coalesce({', '.join(_parts(spec.date_formats, _day(delivered)))})")
    own.macro("possible_birth", "day", f"std_birth_date(day, {bounds})")
    own.macro("possible_part", "part", f"std_partial_birth_date(part, {bounds})")
    own.macro("birth_fault", "given, day, part", _BIRTH_FAULT)
    own.macro(
        "is_unread", "given, day", "given IS NOT NULL AND day IS NULL AND lower(given) NOT IN ('infinity', '-infinity')"
    )


_WITHIN_CENTURY = """
    CASE
        WHEN day > latest THEN (day - INTERVAL 100 YEAR)::DATE
        WHEN day + INTERVAL 100 YEAR <= latest THEN (day + INTERVAL 100 YEAR)::DATE
        ELSE day
    END"""

_BIRTH_FAULT = r"""
    CASE
        WHEN given IS NULL OR possible_birth(day) IS NOT NULL THEN NULL
        WHEN std_is_placeholder_birth_date(day) OR regexp_full_match(given, '[0 T/.:-]*0[0 T/.:-]*') THEN 'placeholder'
        WHEN day IS NULL AND part IS NULL THEN 'unreadable'
        WHEN possible_part(part) IS NULL THEN 'implausible'
    END"""


def _day_of(time_zone: str) -> str:
    """Return the day of a moment in a time zone; midnight in UTC is how many write a day, wherever they are."""
    utc = "timezone('UTC', moment)"
    there = f"timezone({literal(time_zone)}, moment)::DATE"
    return f"CASE WHEN {utc} = date_trunc('day', {utc}) THEN {utc}::DATE ELSE {there} END"


def _read(formats: list[str], latest: str) -> str:
    """Return the day that `given` gives in one of some formats, or as databases write days and moments."""
    readings = [*(_read_by(given, latest) for given in formats), _ISO_READING]
    return f"coalesce({', '.join(readings)})"


_ISO_READING = f"""
    CASE
        WHEN NOT regexp_full_match(given, '{_ISO}') THEN NULL
        WHEN regexp_full_match(given, '{_ZONED}') THEN day_of(try_cast(given AS TIMESTAMPTZ))
        ELSE try_cast(given AS DATE)
    END"""


def _read_by(date_format: str, latest: str) -> str:
    form = "".join(_forms(_tokens(date_format)))
    return f"CASE WHEN regexp_full_match(given, {literal(form)}) THEN {_parsed('given', date_format, latest)} END"


def _parsed(text: str, date_format: str, latest: str) -> str:
    """Return the day of a text that has the form of a format."""
    tokens = _tokens(date_format)
    specifiers = [_specifier(token) for token in tokens]
    moment = f"try_strptime({text}, {literal(date_format)})"
    if "z" in specifiers or "Z" in specifiers:
        day = f"day_of({moment})"
    elif tokens[-1] == "Z":
        day = f"day_of(timezone('UTC', {moment}))"
    else:
        day = f"{moment}::DATE"
    return f"within_century({day}, {latest})" if "y" in specifiers else day


def _parts(formats: list[str], latest: str) -> Iterator[str]:
    """Yield the readings of a part: of the formats with something left open, then of forms that only mean one thing."""
    for date_format in formats:
        tokens = _tokens(date_format)
        specifiers = [_specifier(token) for token in tokens]
        places = {specifier: place for place, specifier in enumerate(specifiers)}
        month = next((places[name] for name in _MONTHS if name in places), None)
        year = next((places[name] for name in _YEARS if name in places), None)
        if _DAY not in places or month is None or year is None:
            continue
        day = places[_DAY]
        known, unknown = _forms(tokens), _forms(tokens, known=False)
        before, after = "".join(known[:day]), "".join(known[day + 1 :])
        first_day = f"regexp_replace(given, {literal(f'^({before}){unknown[day]}({after})$')}, '\\101\\2')"
        yield (
            f"CASE WHEN regexp_full_match(given, {literal(before + unknown[day] + after)}) "
            f"THEN strftime({_parsed(first_day, date_format, latest)}, '%Y-%m') END"
        )
        of_year = {month: unknown[month], day: f"(?:{unknown[day]}|{known[day]})", year: f"({known[year]})"}
        form = "".join(of_year.get(place, form) for place, form in enumerate(known))
        found = f"nullif(regexp_extract(given, {literal(f'^{form}$')}, 1), '')"
        if specifiers[year] == "y":
            found = f"strftime(within_century(try_strptime({found}, '%y')::DATE, {latest}), '%Y')"
        yield found
    yield from _SURE


def _tokens(date_format: str) -> list[str]:
    return _TOKEN.findall(date_format.strip())


def _specifier(token: str) -> str:
    return token[-1] if token.startswith("%") else ""


def _forms(tokens: list[str], *, known: bool = True) -> list[str]:
    """Return the form of each part of a format, or of what stands there where a day or month is not known."""
    digits = [_FORMS.get(_specifier(token), "").startswith(r"\d") for token in tokens]
    beside = zip([False, *digits[:-1]], [*digits[1:], False], strict=True)
    return [
        _TWO[not known] if _specifier(token) in {_DAY, "m"} and any(neighbours) else _form(token) if known else _OPEN
        for token, neighbours in zip(tokens, beside, strict=True)
    ]


def _form(token: str) -> str:
    if token.startswith("%"):
        return _FORMS.get(token[-1], ".+")
    return r"\s*" if token.isspace() else re.escape(token)


def _day(day: date) -> str:
    return f"DATE '{day.isoformat()}'"
