"""What goes wrong when a system writes a person down: names, dates of birth, identifiers and addresses, at known rates.

The rates are set so that two records of one person agree as often as `domain.md` section 4 says; a rate for one record
is about half the rate of disagreement between two. `tests/sample_data/test_error_rates.py` measures what comes out.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sample_data.codes import CTNM, NDELIUS, NO_DAY, NOMIS, OASYS, PNC, RMS, VISOR, Bools, Ints, first_of_january
from sample_data.identifiers import CRO_PADDED_SHARE, Identifiers, cro_letter, pnc_forms, pnc_letter
from sample_data.names.index import NO_NAME, NameIndex
from sample_data.people import ALIAS_NONE, People
from sample_data.places import NO_ADDRESS, NO_FIXED_ABODE, draw_addresses, draw_near
from sample_data.records import EVENT_CORRECTED, EVENT_MOVED, Records

_CLOSE, _ALIAS, _SWAPPED, _UNLIKE = 0.0342, 0.082, 0.001, 0.0088
"""Shares of records with a close spelling, with the alias first (of people who have one), swapped, unlike."""
_VARIANT_SHARE = 0.5
_PLACEHOLDER_NAME = 0.0012
_PREFIXED = 0.004
_MIDDLE_MISSING, _MIDDLE_WRONG = 0.14, 0.0185
_BIRTH_ALIAS, _BIRTH_EDIT, _BIRTH_NEAR, _BIRTH_FAR = 0.14, 0.0105, 0.0052, 0.0036
_BIRTH_UNKNOWN = {NDELIUS: 0.006, RMS: 0.006, OASYS: 0.001, VISOR: 0.001, NOMIS: 0.001}
_LETTER_WRONG, _SERIAL_WRONG = 0.006, 0.008
_CROSSED = 0.035
_CRO_PLACEHOLDER = 0.008
_HELD_PNC = {PNC: 1.0, RMS: 0.6, CTNM: 0.9, VISOR: 0.8, NOMIS: 0.82, NDELIUS: 0.78, OASYS: 0.7}
_HELD_CRO = {PNC: 0.95, RMS: 0.35, NOMIS: 0.6, NDELIUS: 0.55}
_AT_HOME = 0.815
_NEAR_HOME, _AT_PREVIOUS = 0.22, 0.4
_NO_ADDRESS = {PNC: 0.06, RMS: 0.05, NOMIS: 0.08, NDELIUS: 0.03, OASYS: 0.06, VISOR: 0.02}
_NO_ABODE = 0.012

PREFIXES: tuple[str, ...] = ("", "MIG_ERROR_", "DUPLICATE_", "NO_SHOW_")
"""What migrations and clerks write before a surname."""

BIRTH_KNOWN, BIRTH_MISSING, BIRTH_1900, BIRTH_1970 = range(4)
CROSS_NONE, CROSS_SERIAL, CROSS_TEXT = range(3)

Columns = dict[str, NDArray[Any]]


@dataclass(slots=True)
class Versions:
    """What each record says, from one night to another: a table of arrays, one entry for each version.

    Attributes:
        row: row of the record in `Records`.
        columns: what the version says, by the names of the SQL table `said`.
    """

    row: Ints
    columns: Columns


def draw_versions(
    rng: np.random.Generator, names: NameIndex, people: People, identifiers: Identifiers, records: Records, cases: Bools
) -> Versions:
    """Draw what every record says of its person, before and after a change.

    Args:
        rng: random numbers of this stage.
        names: all names.
        people: the people of the chunk.
        identifiers: their PNC and CRO numbers.
        records: their records.
        cases: people whose aliases stay aliases, because every system has their case consistently.
    """
    changed = np.flatnonzero((records.event == EVENT_MOVED) | (records.event == EVENT_CORRECTED))
    row = np.concatenate([np.arange(len(records)), changed])
    person, system = records.person[row], records.system[row]
    later = np.arange(len(row)) >= len(records)
    corrected = records.event[row] == EVENT_CORRECTED
    wrong = corrected & ~later
    right = corrected & later
    columns: Columns = {
        "from_night": np.where(later, records.event_night[row], records.first_night[row]),
        "to_night": records.last_night[row],
    }
    columns["to_night"][changed] = records.event_night[changed] - 1
    columns |= _names(rng, names, people, person, system, (wrong, right, cases[person]))
    columns |= _births(rng, people, person, system, cases[person])
    columns |= _identifiers(rng, identifiers, person, system, records.sequence[row])
    columns |= _addresses(rng, people, person, system, later & ~corrected)
    first = row[len(records) :]
    moved = records.event[first] == EVENT_MOVED
    _keep(columns, np.flatnonzero(moved) + len(records), first[moved], addresses=False)
    _keep(columns, np.flatnonzero(~moved) + len(records), first[~moved], addresses=True)
    return Versions(row, columns)


def _keep(columns: Columns, later: Ints, first: Ints, *, addresses: bool) -> None:
    """Carry into the later version what the event did not touch: a move touches the address, a correction the rest."""
    for name, column in columns.items():
        of_address = name in {"address", "second_address", "line_style", "postcode_style"}
        of_identifier = name.startswith(("pnc_", "cro_", "cross"))
        if name not in {"from_night", "to_night"} and (of_identifier or of_address == addresses):
            column[later] = column[first]


def _names(
    rng: np.random.Generator,
    names: NameIndex,
    people: People,
    person: Ints,
    system: Ints,
    forced: tuple[Bools, Bools, Bools],
) -> Columns:
    wrong, right, case = forced
    count = len(person)
    forename, surname = people.forename[person], people.surname[person]
    second = people.second_surname[person]
    draw = rng.random(count)
    draw = np.where(right, 1.0, draw)
    close = (draw < _CLOSE) | wrong
    swapped = ~close & (draw < _CLOSE + _SWAPPED) & (forename != NO_NAME)
    unlike = ~close & ~swapped & (draw < _CLOSE + _SWAPPED + _UNLIKE)
    alias = (people.alias_kind[person] != ALIAS_NONE) & (rng.random(count) < _ALIAS) & ~close & ~case & ~right
    forename = np.where(alias, people.alias_forename[person], forename)
    surname = np.where(alias, people.alias_surname[person], surname)
    second = np.where(alias, NO_NAME, second)
    varied = (
        close & (rng.random(count) < _VARIANT_SHARE) & (names.spellings.has(forename) | names.spellings.has(surname))
    )
    of_forename = names.spellings.has(forename) & ((rng.random(count) < 0.6) | ~names.spellings.has(surname))
    forename = np.where(varied & of_forename, names.spellings.draw(rng, forename), forename)
    surname = np.where(varied & ~of_forename, names.spellings.draw(rng, surname), surname)
    # An unlike name is a familiar forename if there is one, half a double surname, or somebody else's surname.
    familiar = unlike & names.nicknames.has(forename) & (rng.random(count) < 0.6)
    forename = np.where(familiar, names.nicknames.draw(rng, forename), forename)
    other = rng.permutation(count) if count else np.zeros(0, dtype=np.int64)
    surname = np.where(unlike & ~familiar & (second == NO_NAME), people.surname[person[other]], surname)
    second = np.where(unlike & ~familiar, NO_NAME, second)
    unknown = (rng.random(count) < _PLACEHOLDER_NAME) & ~case
    forename = np.where(unknown, names.unknown[rng.integers(0, 2, count)], forename)
    forename, surname = np.where(swapped, surname, forename), np.where(swapped, forename, surname)
    middle, middle_typo, initial = _middles(rng, people, person, case)
    prefixed = np.isin(system, (NOMIS, NDELIUS)) & (rng.random(count) < _PREFIXED)
    return {
        "forename": forename,
        "surname": surname,
        "second_surname": second,
        "middle": middle,
        "second_middle": np.where(middle == NO_NAME, NO_NAME, people.second_middle[person]),
        "middle_typo": middle_typo,
        "initial_only": initial,
        "hyphen": people.hyphen[person],
        "alias_first": alias,
        "typo_on": np.where(close & ~varied, 1 + (rng.random(count) < 0.55), 0),
        "typo_kind": rng.integers(0, 4, count),
        "typo_at": rng.integers(0, 1000, count),
        "typo_letter": rng.integers(0, 26, count),
        "prefix": np.where(prefixed, rng.integers(1, len(PREFIXES), count), 0),
        "apostrophe_style": _pick(rng, count, (0.62, 0.1, 0.18, 0.1)),
        "hyphen_style": _pick(rng, count, (0.7, 0.25, 0.05)),
        "keeps_marks": rng.random(count) < 0.45,
        "capitals": rng.random(count) < 0.5,
    }


def _pick(rng: np.random.Generator, count: int, shares: tuple[float, ...]) -> Ints:
    return np.searchsorted(np.cumsum(shares), rng.random(count)).clip(max=len(shares) - 1).astype(np.int64)


def _middles(rng: np.random.Generator, people: People, person: Ints, case: Bools) -> tuple[Ints, Bools, Bools]:
    count = len(person)
    draw = rng.random(count)
    missing = (draw < _MIDDLE_MISSING) & ~case
    wrong = ~missing & (draw < _MIDDLE_MISSING + _MIDDLE_WRONG)
    initial = wrong & (rng.random(count) < 0.4)
    return np.where(missing, NO_NAME, people.middle[person]), wrong & ~initial, initial


def _births(rng: np.random.Generator, people: People, person: Ints, system: Ints, case: Bools) -> Columns:
    count = len(person)
    birth = people.birth[person]
    other = people.alias_birth[person]
    alias = (other != NO_DAY) & (rng.random(count) < _BIRTH_ALIAS) & ~case
    draw = rng.random(count)
    edit = ~alias & (draw < _BIRTH_EDIT)
    near = ~alias & ~edit & (draw < _BIRTH_EDIT + _BIRTH_NEAR)
    far = ~alias & ~edit & ~near & (draw < _BIRTH_EDIT + _BIRTH_NEAR + _BIRTH_FAR)
    shift = rng.integers(40, 1700, count) * rng.choice(np.array([-1, 1]), count)
    january = rng.random(count) < 0.3
    birth = np.where(alias, other, birth)
    birth = np.where(edit, _one_edit(rng, birth), birth)
    birth = np.where(near, np.where(january, first_of_january(birth), birth + shift), birth)
    birth = np.where(far, birth + np.sign(shift) * rng.integers(3000, 9000, count), birth)
    unknown_share = np.array([_BIRTH_UNKNOWN.get(number, 0.0005) for number in range(7)])[system]
    unknown = (rng.random(count) < unknown_share) & ~case
    placeholder = np.where(rng.random(count) < 0.6, BIRTH_1900, BIRTH_1970)
    missing = np.where((system == NDELIUS) | (rng.random(count) < 0.4), placeholder, BIRTH_MISSING)
    return {"birth": birth, "birth_state": np.where(unknown, missing, BIRTH_KNOWN), "birth_alias_first": alias}


def _one_edit(rng: np.random.Generator, birth: Ints) -> Ints:
    """Change one digit of the day, the month or the year, so that a real date comes out."""
    count = len(birth)
    days = birth.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    day = (days - months).astype(np.int64) + 1
    month = months.astype(np.int64) % 12 + 1
    year = months.astype(np.int64) // 12 + 1970
    where = rng.integers(0, 3, count)
    step = rng.integers(1, 10, count)
    units = np.where(day < 10, (day - 1 + step % 8 + 1) % 9 + 1, day // 10 * 10 + (day % 10 + step) % 10)
    new_day = np.where(where == 0, np.minimum(units, 28), np.minimum(day, 28))
    other_month = np.where(month < 10, (month - 1 + step % 8 + 1) % 9 + 1, np.where(month == 12, 11, month + 1))
    new_month = np.where(where == 1, other_month, month)
    new_year = np.where(where == 2, year // 10 * 10 + (year % 10 + step) % 10, year)
    # A day cut to 28 would be a second edit, and a day that came out unchanged none: those take the tens of the year.
    spoilt = (day > 28) | ((where == 0) & (new_day == day))
    new_day, new_month = np.where(spoilt, day, new_day), np.where(spoilt, month, new_month)
    new_year = np.where(spoilt, np.where((month == 2) & (day == 29), year + 20, year + 10), new_year)
    new_year = np.where(new_year > 2012, new_year - 20, new_year)
    first = ((new_year - 1970) * 12 + new_month - 1).astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray(first.astype(np.int64) + new_day - 1)


def _identifiers(
    rng: np.random.Generator, identifiers: Identifiers, person: Ints, system: Ints, sequence: Ints
) -> Columns:
    count = len(person)
    year, serial = identifiers.pnc_year[person], identifiers.pnc_serial[person]
    second = np.isin(system, (PNC, NOMIS)) & (sequence > 0)
    serial = np.where(second, identifiers.second_serial[person], serial)
    cro_year, cro_serial = identifiers.cro_year[person], identifiers.cro_serial[person]
    file_form = identifiers.cro_file[person]
    held = rng.random(count) < np.array([_HELD_PNC[number] for number in range(7)])[system]
    cro_held = rng.random(count) < np.array([_HELD_CRO.get(number, 0.0) for number in range(7)])[system]
    letter = pnc_letter(year, serial)
    spoil = rng.random(count)
    # The PNC's own number is its record's key, and right.
    letter = np.where((spoil < _LETTER_WRONG) & (system != PNC), (letter + rng.integers(1, 23, count)) % 23, letter)
    letter = np.where((spoil < _LETTER_WRONG / 4) & (system != PNC), 23 + rng.integers(0, 3, count), letter)
    slip = (rng.random(count) < _SERIAL_WRONG) & (system != PNC) & (year > 0)
    written = np.where(slip, _wrong_digit(rng, serial), serial)
    cro_spoil = rng.random(count)
    cro_check = cro_letter(cro_year, cro_serial, file_form=file_form)
    cro_check = np.where(cro_spoil < _LETTER_WRONG, (cro_check + rng.integers(1, 23, count)) % 23, cro_check)
    cro_slip = (rng.random(count) < _SERIAL_WRONG) & (cro_year > 0)
    both = np.isin(system, (RMS, NOMIS, NDELIUS)) & (year > 0)
    crossed = both & (rng.random(count) < _CROSSED)
    cross = np.where(crossed, np.where(rng.random(count) < 0.6, CROSS_SERIAL, CROSS_TEXT), CROSS_NONE)
    return {
        "pnc_held": (held & (year > 0)) | crossed,
        "pnc_year": year,
        "pnc_serial": written,
        "pnc_letter": letter,
        "pnc_form": pnc_forms(rng, year),
        "pnc_own_serial": serial,
        "pnc_crossed_letter": cro_letter(year, serial, file_form=np.zeros(count, dtype=bool)),
        "cro_held": (cro_held | crossed) & (cro_year > 0),
        "cro_year": cro_year,
        "cro_serial": np.where(cro_slip, _wrong_digit(rng, cro_serial), cro_serial),
        "cro_letter": cro_check,
        "cro_file": file_form,
        "cro_padded": rng.random(count) < CRO_PADDED_SHARE,
        "cro_placeholder": np.isin(system, (PNC, RMS, NOMIS, NDELIUS)) & (rng.random(count) < _CRO_PLACEHOLDER),
        "cro_crossed_letter": pnc_letter(cro_year, cro_serial),
        "cross": cross,
        "cross_both": rng.random(count) < 0.5,
    }


def _wrong_digit(rng: np.random.Generator, serial: Ints) -> Ints:
    place = 10 ** rng.integers(0, 4, len(serial))
    digit = serial // place % 10
    return np.asarray(np.maximum(serial + ((digit + rng.integers(1, 10, len(serial))) % 10 - digit) * place, 1))


def _addresses(rng: np.random.Generator, people: People, person: Ints, system: Ints, moved: Bools) -> Columns:
    count = len(person)
    home, previous = people.home[person], people.previous[person]
    draw, where = rng.random(count), rng.random(count)
    elsewhere = np.select(
        [where < _NEAR_HOME, where < _NEAR_HOME + _AT_PREVIOUS],
        [draw_near(rng, home), previous],
        default=draw_addresses(rng, count),
    )
    main = np.where(draw < _AT_HOME, home, elsewhere)
    second = np.where(main == home, previous, home)
    several = np.isin(system, (RMS, NOMIS, NDELIUS)) & (rng.random(count) < 0.16)
    absent = rng.random(count) < np.array([_NO_ADDRESS.get(number, 0.0) for number in range(7)])[system]
    main = np.where(moved, people.next_home[person], main)
    main = np.where(rng.random(count) < _NO_ABODE, NO_FIXED_ABODE, main)
    main = np.where(absent & ~moved, NO_ADDRESS, main)
    return {
        "address": main,
        "second_address": np.where(several, second, NO_ADDRESS),
        "line_style": _pick(rng, count, (0.6, 0.2, 0.2)),
        "postcode_style": _pick(rng, count, (0.75, 0.17, 0.08)),
    }
