"""PNC and CRO numbers: who has which, their check letters, and the forms in which they are written.

Formulas: the check letter is `CHECK_ALPHABET[n mod 23]`, with `n = int(YY + serial of 7 digits)` for a PNCID,
`int(YY + serial of 6 digits)` for a standard CRO number and `int(YY + serial as it is)` for one in file form.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from sample_data.codes import Bools, Ints
from sample_data.people import People

CHECK_ALPHABET = "ZABCDEFGHJKLMNPQRTUVWXY"
"""The 23 check letters; I, O and S are left out because they read as 1, 0 and 5."""

_SERIALS = 999_983
"""Serials of one year: a prime below a million, so that every serial also fits a CRO number."""
_PNC_STRIDE, _CRO_STRIDE = 618_033, 381_967
_YEAR_STRIDE = 104_729
"""Moves each year's serials, so that years do not all begin with the same ones; prime."""
_OLDEST_YEAR = 1950
_SMALL_SERIALS_UNTIL = 1978
_SMALL_STRIDE = 7
"""Early years of the PNC were filled from the bottom, and have short serials."""
_FILE_FORM_SHARE = 0.14

LETTERS = CHECK_ALPHABET + "SOI"
"""Check letters by number, and after them the three that are never right."""

PNC_FORMS = (0.44, 0.11, 0.12, 0.1, 0.06, 0.07, 0.1)
"""Share of each written form of a PNCID; see the macro `pnc_text`."""
CRO_PADDED_SHARE = 0.7


@dataclass(slots=True)
class Identifiers:
    """PNC and CRO numbers of one chunk of people; a year of 0 means that the person has none.

    `second_serial` belongs to the same year as the first, for people who have two PNCIDs.
    """

    pnc_year: Ints
    pnc_serial: Ints
    second_serial: Ints
    cro_year: Ints
    cro_serial: Ints
    cro_file: Bools


class SerialCounter:
    """Hands out serials, each once in its year, over all chunks."""

    def __init__(self, stride: int, *, fills_from_bottom: bool) -> None:
        self._stride = stride
        self._fills_from_bottom = fills_from_bottom
        self._used: dict[int, int] = {}

    def take(self, years: Ints) -> Ints:
        """Give each entry the next serial of its year; entries of year 0 get 0."""
        order = np.argsort(years, kind="stable")
        ranked = years[order]
        starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]]) if len(ranked) else np.zeros(0, dtype=np.int64)
        sizes = np.diff(np.r_[starts, len(ranked)])
        rank = np.arange(len(ranked)) - np.repeat(starts, sizes)
        before = np.repeat([self._used.get(int(ranked[start]), 0) for start in starts], sizes)
        for start, size in zip(starts, sizes, strict=True):
            year = int(ranked[start])
            self._used[year] = self._used.get(year, 0) + int(size)
        counter = rank + before
        spread = counter * self._stride + ranked * _YEAR_STRIDE
        early = self._fills_from_bottom & (ranked <= _SMALL_SERIALS_UNTIL)
        serial = np.where(early, counter * _SMALL_STRIDE, spread) % _SERIALS + 1
        result = np.zeros(len(years), dtype=np.int64)
        result[order] = np.where(ranked == 0, 0, serial)
        return result


def pnc_serials() -> SerialCounter:
    """Begin the PNC serials of a sample."""
    return SerialCounter(_PNC_STRIDE, fills_from_bottom=True)


def cro_serials() -> SerialCounter:
    """Begin the CRO serials of a sample."""
    return SerialCounter(_CRO_STRIDE, fills_from_bottom=False)


def draw_identifiers(
    rng: np.random.Generator, people: People, on_pnc: Bools, serials: tuple[SerialCounter, SerialCounter], today: date
) -> Identifiers:
    """Give people their PNC and CRO numbers: everyone on the PNC has a PNCID, most also a CRO number."""
    count = len(people)
    born = people.birth.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    arrested = born + 13 + (rng.gamma(2.0, 6.0, count)).astype(np.int64)
    arrested = np.clip(arrested, np.maximum(_OLDEST_YEAR, born + 10), today.year - 1)
    has_pnc = on_pnc | (rng.random(count) < 0.6)
    has_cro = has_pnc & (rng.random(count) < 0.75)
    year = np.where(has_pnc, arrested, 0)
    later = np.clip(arrested + rng.integers(0, 2, count), _OLDEST_YEAR, today.year - 1)
    cro_year = np.where(has_cro, later, 0)
    pnc, cro = serials
    return Identifiers(
        pnc_year=year,
        pnc_serial=pnc.take(year),
        second_serial=pnc.take(year),
        cro_year=cro_year,
        cro_serial=cro.take(cro_year),
        cro_file=rng.random(count) < _FILE_FORM_SHARE,
    )


def pnc_letter(year: Ints, serial: Ints) -> Ints:
    """Compute the number of a PNCID's check letter."""
    return np.asarray((year % 100 * 10_000_000 + serial) % 23)


def cro_letter(year: Ints, serial: Ints, *, file_form: Bools) -> Ints:
    """Compute the number of a CRO number's check letter."""
    digits = np.floor(np.log10(np.maximum(serial, 1))).astype(np.int64) + 1
    return np.asarray((year % 100 * np.where(file_form, 10**digits, 1_000_000) + serial) % 23)


def pnc_forms(rng: np.random.Generator, year: Ints) -> Ints:
    """Draw a written form for each PNCID.

    Without a slash, a short form of 2019 or 2020 could be read as a long one of that century, so those keep the slash.
    """
    form = np.searchsorted(np.cumsum(PNC_FORMS), rng.random(len(year))).clip(max=len(PNC_FORMS) - 1)
    ambiguous = np.isin(year % 100, (19, 20)) & np.isin(form, (4, 5))
    return np.where(ambiguous, 2, form)


SQL_MACROS = f"""
create or replace macro check_letter(number) as substr('{LETTERS}', (number + 1)::int, 1);
create or replace macro two_digits(year) as lpad((year % 100)::varchar, 2, '0');
create or replace macro pnc_text(year, serial, letter, form) as case form
    when 0 then year::varchar || '/' || lpad(serial::varchar, 7, '0')
    when 1 then year::varchar || lpad(serial::varchar, 7, '0')
    when 2 then two_digits(year) || '/' || serial::varchar
    when 3 then two_digits(year) || '/' || lpad(serial::varchar, 7, '0')
    when 4 then two_digits(year) || lpad(serial::varchar, 7, '0')
    when 5 then two_digits(year) || serial::varchar
    else year::varchar || '/' || serial::varchar
end || check_letter(letter);
create or replace macro cro_text(year, serial, letter, file_form, padded) as case
    when file_form then 'SF' || two_digits(year) || '/' || serial::varchar
    when padded then lpad(serial::varchar, 6, '0') || '/' || two_digits(year)
    else serial::varchar || '/' || two_digits(year)
end || check_letter(letter);
"""
"""DuckDB macros that write identifiers: PNCID forms are long, long without slash, short, short padded, short padded
without slash, short without slash, and long unpadded (the trap `2002/73319Z`)."""
