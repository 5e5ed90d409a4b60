"""What happened to people, before any system records it: sentences, releases, telephones.

Also the small tools that turn arrays into tables of rows hanging on records.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sample_data.codes import FOREVER, NO_DAY, Bools, Ints, day
from sample_data.identifiers import Identifiers
from sample_data.names.index import NameIndex
from sample_data.people import People
from sample_data.records import Membership, Records

OFFENCES: tuple[tuple[str, str], ...] = (
    ("TH68001", "Theft from a shop"), ("OF61102", "Assault occasioning actual bodily harm"),
    ("CJ88116", "Common assault"), ("MD71230", "Possession of a class B drug"),
    ("MD71509", "Supplying a class A drug"), ("TH68010", "Burglary of a dwelling"), ("TH68023", "Robbery"),
    ("RT88191", "Driving while disqualified"), ("PL96001", "Possession of a bladed article"),
    ("CD71039", "Criminal damage"), ("OF61016", "Wounding with intent"), ("FA06001", "Fraud by false representation"),
    ("PU86005", "Affray"), ("SX03001", "Sexual assault"), ("HA97003", "Harassment"), ("FI68010",
    "Possession of a firearm"),
)  # fmt: skip
"""Offence codes and titles of the general population (codes assumed)."""

TACT_OFFENCES: tuple[tuple[str, str], ...] = (
    ("TE06001", "Preparation of terrorist acts, Terrorism Act 2006 s5"),
    ("TE00058", "Collecting information useful to terrorism, TA 2000 s58"),
    ("TE06002", "Dissemination of terrorist publications, TA 2006 s2"),
    ("TE00011", "Membership of a proscribed organisation, TA 2000 s11"),
    ("TE00015", "Fundraising for terrorism, Terrorism Act 2000 s15"),
)
"""Offences under the Terrorism Acts (codes assumed)."""

COURTS = tuple(
    f"{town} Crown Court"
    for town in ("Leeds", "Manchester", "Birmingham", "Liverpool", "Bristol", "Cardiff", "Southwark")
)


@dataclass(slots=True)
class Life:
    """What happened to the people of a chunk; days from 1970-01-01, `NO_DAY` if nothing did."""

    first_sentence: Ints
    second_sentence: Ints
    first_offence: Ints
    second_offence: Ints
    release: Ints


@dataclass(slots=True)
class Chunk:
    """Everything drawn for one chunk of people before any system writes it down.

    Attributes:
        names: all names.
        people: the people.
        records: their records.
        membership: who is in which system, and who is under MAPPA.
        identifiers: PNC and CRO numbers.
        life: what happened to people.
        cases: which people are terrorist-risk cases; systems leave what they hold on those to `cases.py`.
        today: the day of night 1.
        children: ids of the rows that hang on records.
    """

    names: NameIndex
    people: People
    records: Records
    membership: Membership
    identifiers: Identifiers
    life: Life
    cases: Bools
    today: date
    children: "Children"

    @property
    def day(self) -> int:
        """The day of night 1, counted from 1970-01-01."""
        return day(self.today)

    def plain_records(self, *systems: int) -> Ints:
        """Give the rows of the records in some systems whose people are not cases."""
        wanted = np.isin(self.records.system, systems) & ~self.cases[self.records.person]
        return np.flatnonzero(wanted)


class Children:
    """Gives ids to the rows that belong to records: each id once in its table, over all chunks."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}

    def take(self, table: str, count: int) -> Ints:
        """Give the next `count` ids of a table."""
        start = self._next.get(table, 1)
        self._next[table] = start + count
        return np.arange(start, start + count)


def draw_life(rng: np.random.Generator, people: People, today: date) -> Life:
    """Draw sentences and releases; the first sentence comes after the person's tenth birthday and in the past."""
    count = len(people)
    now = day(today)
    earliest = people.birth + int(14 * 365.25)
    span = np.maximum(now - 30 - earliest, 30)
    first = earliest + (span * (1.0 - rng.random(count) ** 2)).astype(np.int64)
    first = np.minimum(first, now - 7)
    again = rng.random(count) < 0.35
    second = np.minimum(first + rng.integers(60, 1500, count), now - 3)
    latest = np.where(again, second, first)
    return Life(
        first_sentence=first,
        second_sentence=np.where(again & (second > first), second, NO_DAY),
        first_offence=_skewed(rng, len(OFFENCES), count),
        second_offence=_skewed(rng, len(OFFENCES), count),
        release=np.maximum(latest + rng.integers(60, 2200, count), now - 400),
    )


def _skewed(rng: np.random.Generator, choices: int, count: int) -> Ints:
    return (rng.random(count) ** 1.6 * choices).astype(np.int64)


def dates(days: Ints) -> pa.Array:
    """Read days as dates; NULL for `NO_DAY`."""
    return pa.array(days.astype(np.int32), mask=days <= NO_DAY // 2).cast(pa.date32())


def pick(values: Sequence[str | None], numbers: Ints) -> pa.Array:
    """Read numbers as the texts they stand for."""
    return pa.array(values, pa.string()).take(pa.array(numbers))


def some(rng: np.random.Generator, rows: Ints, share: float) -> Ints:
    """Keep a share of the rows."""
    return rows[rng.random(len(rows)) < share]


def informed(chunk: Chunk, system: int, event: int) -> tuple[Ints, Ints]:
    """Give the records that a system updates, and the night of the update."""
    rows = chunk.plain_records(system)
    rows = rows[chunk.records.event[rows] == event]
    return rows, chunk.records.event_night[rows]


def hanging(
    chunk: Chunk,
    table: str,
    rows: Ints,
    columns: dict[str, pa.Array | NDArray[np.generic]],
    first_night: Ints | None = None,
) -> pa.Table:
    """Make a table of rows that belong to records.

    Args:
        chunk: the chunk.
        table: the table the rows belong to, for their ids.
        rows: for each row, the row of its record.
        columns: what the rows say.
        first_night: the night from which each is delivered, night 1 where not given.
    """
    count = len(rows)
    return pa.table({
        "id": chunk.children.take(table, count),
        "record": chunk.records.number[rows],
        "first_night": np.ones(count, dtype=np.int64) if first_night is None else first_night,
        "last_night": np.full(count, FOREVER),
        **columns,
    })  # fmt: skip
