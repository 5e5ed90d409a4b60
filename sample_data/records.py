"""Which system holds a record of whom, under which key, on which nights, and which duplicates are merged."""

from dataclasses import dataclass

import numpy as np

from sample_data.codes import (
    CTNM,
    FOREVER,
    MAX_SEQUENCE,
    NDELIUS,
    NOMIS,
    OASYS,
    PNC,
    RMS,
    SYSTEMS,
    VISOR,
    Bools,
    Ints,
    record_number,
)
from sample_data.people import FEMALE, People

_PROFILES: tuple[tuple[tuple[int, ...], float], ...] = (
    ((PNC,), 0.30),
    ((RMS,), 0.10),
    ((PNC, RMS), 0.25),
    ((PNC, NDELIUS), 0.06),
    ((PNC, RMS, NDELIUS), 0.05),
    ((PNC, RMS, NDELIUS, OASYS), 0.05),
    ((PNC, NOMIS, NDELIUS, OASYS), 0.055),
    ((PNC, RMS, NOMIS, NDELIUS, OASYS), 0.04),
    ((NOMIS, NDELIUS), 0.03),
    ((PNC, NOMIS), 0.02),
    ((NDELIUS,), 0.02),
    ((NDELIUS, OASYS), 0.015),
    ((NOMIS,), 0.01),
)
"""Sets of systems that hold a person, and the share of people so held: most are in one or two."""

_WOMEN_IN_PRISON = 0.14
"""How likely a woman is to be in a profile with prison, a man being 1, for 95.5 % of prison records to be men's."""

_SECOND_RECORD = {PNC: 0.004, RMS: 0.03, NOMIS: 0.022, NDELIUS: 0.022, OASYS: 0.35}
_THIRD_RECORD = {RMS: 0.002, OASYS: 0.06}
_MAPPA_SHARE = 0.07
_ALREADY_MERGED = 0.12
_MERGED_EACH_NIGHT = 0.35

EVENT_NONE, EVENT_NEW, EVENT_DELETED, EVENT_MOVED, EVENT_CORRECTED, EVENT_INFORMED = range(6)
_EVENT_SHARES = (0.0045, 0.001, 0.0021, 0.0012, 0.0012)
"""Share of records that are new, deleted, at a new address, corrected or told something new, on each later night."""


@dataclass(slots=True)
class Records:
    """Nominal records of one chunk: every field is an array with one entry for each record, ordered by `number`.

    Attributes:
        number: the record's number, from `record_number`.
        person: row of the person in the chunk.
        system: number of the system.
        sequence: 0 for a person's first record in the system, 1 and on for duplicates and later assessments.
        first_night: first night on which the record is delivered.
        last_night: last night on which it is delivered.
        event: what happens to it after the first night.
        event_night: the night of that event, 0 for none.
        merge_night: the night from which it is merged into `survivor`; 1 for a merge of long ago, 0 for none.
        survivor: number of the record it is merged into, its own number if it is not.
    """

    number: Ints
    person: Ints
    system: Ints
    sequence: Ints
    first_night: Ints
    last_night: Ints
    event: Ints
    event_night: Ints
    merge_night: Ints
    survivor: Ints

    def __len__(self) -> int:
        return len(self.number)

    def of(self, system: int) -> Ints:
        """Give the rows of one system's records."""
        return np.flatnonzero(self.system == system)


@dataclass(slots=True)
class Membership:
    """Who is in which system: `held[s, p]` counts the records of person `p` in system `s`.

    `mappa_category` (0 for none) and `mappa_level` decide who, short of terrorism, has a ViSOR record.
    """

    held: Ints
    mappa_category: Ints
    mappa_level: Ints


def draw_membership(rng: np.random.Generator, people: People) -> Membership:
    """Draw who is known to whom, for people who are not terrorist-risk cases."""
    count = len(people)
    shares = np.array([share for _, share in _PROFILES])
    prison = np.array([NOMIS in profile for profile, _ in _PROFILES])
    women = np.where(prison, shares * _WOMEN_IN_PRISON, shares)
    draw = rng.random(count)
    chosen = np.where(
        people.sex == FEMALE,
        np.searchsorted(np.cumsum(women / women.sum()), draw),
        np.searchsorted(np.cumsum(shares / shares.sum()), draw),
    ).clip(max=len(shares) - 1)
    table = np.array([[int(system in profile) for profile, _ in _PROFILES] for system in range(len(SYSTEMS))])
    held = table[:, chosen]
    for system in range(len(SYSTEMS)):
        more = rng.random(count)
        second = more < _SECOND_RECORD.get(system, 0.0)
        third = more < _THIRD_RECORD.get(system, 0.0)
        held[system] += held[system] * (second.astype(np.int64) + third)
    mappa = (held[NDELIUS] > 0) & (rng.random(count) < _MAPPA_SHARE)
    category = np.where(mappa, 1 + rng.integers(0, 3, count), 0)
    level = np.where(mappa, 1 + (rng.random(count) ** 2 * 3).astype(np.int64), 0)
    held[VISOR] = ((category == 1) | (level > 1)).astype(np.int64)
    return Membership(held, category, level)


def draw_records(rng: np.random.Generator, people: People, held: Ints, fixed: Bools, nights: int) -> Records:
    """Draw the records of everyone, and what becomes of them in `nights` nights.

    Args:
        rng: random numbers of this stage.
        people: the people of the chunk.
        held: records of each person in each system, as in `Membership`.
        fixed: people whose records nothing happens to by chance.
        nights: how many nights will be delivered.
    """
    system, person, sequence = (
        np.concatenate(parts)
        for parts in zip(*(_rows_of(held[system], system) for system in range(len(SYSTEMS))), strict=True)
    )
    number = record_number(people.number[person], system, sequence)
    order = np.argsort(number)
    number, person, system, sequence = number[order], person[order], system[order], sequence[order]
    count = len(number)
    merge_night = _merges(rng, system, sequence, nights)
    survivor = np.where(merge_night > 0, number - sequence, number)
    last = np.where(merge_night > 0, merge_night - 1, FOREVER)
    steady = fixed[person] | (merge_night > 0) | np.isin(number, survivor[merge_night > 0])
    event, event_night = _events(rng, count, nights)
    event = np.where(steady, EVENT_NONE, event)
    # A case system keeps what it has; an assessment, once completed, is never changed.
    event = np.where((system == CTNM) & (event != EVENT_NEW), EVENT_NONE, event)
    event = np.where((system == OASYS) & (event > EVENT_DELETED), EVENT_NONE, event)
    event_night = np.where(event == EVENT_NONE, 0, event_night)
    return Records(
        number=number,
        person=person,
        system=system,
        sequence=sequence,
        first_night=np.where(event == EVENT_NEW, event_night, 1),
        last_night=np.where(event == EVENT_DELETED, event_night - 1, last),
        event=event,
        event_night=event_night,
        merge_night=merge_night,
        survivor=survivor,
    )


def _rows_of(held: Ints, system: int) -> tuple[Ints, Ints, Ints]:
    count = np.minimum(held, MAX_SEQUENCE)
    person = np.repeat(np.arange(len(held)), count)
    sequence = np.arange(len(person)) - np.repeat(np.cumsum(count) - count, count)
    return np.full(len(person), system), person, sequence


def _merges(rng: np.random.Generator, system: Ints, sequence: Ints, nights: int) -> Ints:
    may = ((system == NOMIS) | (system == NDELIUS)) & (sequence > 0)
    wait = rng.geometric(_MERGED_EACH_NIGHT, len(system)) + 1
    wait = np.where(rng.random(len(system)) < _ALREADY_MERGED, 1, wait)
    return np.where(may & (wait <= nights), wait, 0)


def _events(rng: np.random.Generator, count: int, nights: int) -> tuple[Ints, Ints]:
    shares = np.cumsum(_EVENT_SHARES)
    later = max(nights - 1, 0)
    # One event a record keeps its story readable; with very many nights the shares fall a little short.
    draw = rng.random(count) / min(max(later, 1), 0.9 / shares[-1])
    event = np.searchsorted(shares, draw) + 1
    event = np.where((draw < shares[-1]) & (later > 0), event, EVENT_NONE)
    return event, rng.integers(2, max(nights, 2) + 1, count)
