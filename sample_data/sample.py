"""Making a sample: chunk by chunk, every stage of drawing and then every night of every system."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from sample_data import (
    case_rows,
    cases,
    codes,
    errors,
    identifiers,
    life,
    planting,
    population,
    records,
    shared_items,
    state,
    truth,
    worlds,
)
from sample_data.delivery import Night, load_sqlite
from sample_data.names.index import NameIndex, name_index
from sample_data.systems import ctnm, ndelius, nomis, oasys, pnc, rms, visor

CHUNK = 200_000
"""People drawn at a time: what is held in memory follows this, not the size of the sample."""

MOST_PEOPLE = 12_000_000
"""More would run out of record keys of the forms that probation and the PNC use."""

SMALL_SAMPLE = 20_000
FIRST_NIGHT = date(2026, 3, 2)
_HOUR = time(2, 0, tzinfo=UTC)
_DATABASES = {"nomis": nomis, "ndelius": ndelius, "oasys": oasys}

Progress = Callable[[str], None]
"""Called with the name of each step that has ended."""


@dataclass(frozen=True, slots=True)
class NightSummary:
    """One night of a sample: records delivered by each system, and the gaps there are in them."""

    night: int
    as_of: str
    records: dict[str, int]
    gaps: int
    planted_gaps: int


@dataclass(frozen=True, slots=True)
class SampleSummary:
    """What `generate` made."""

    out: Path
    people: int
    seed: int
    terrorist_risk_cases: int
    nights: tuple[NightSummary, ...]

    @property
    def records(self) -> int:
        """Nominal records on night 1, over all systems."""
        return sum(self.nights[0].records.values())

    def as_dict(self) -> dict[str, Any]:
        """Give the summary as plain values, ready for JSON."""
        return asdict(self) | {"out": str(self.out), "records": self.records}


def generate(
    people: int,
    seed: int,
    nights: int,
    out: Path,
    start: date | None = None,
    progress: Progress | None = None,
    world: worlds.SampleWorld = worlds.USUAL,
) -> SampleSummary:
    """Write synthetic source systems, seven unless a world says otherwise, night by night, and the truth beside them.

    The same arguments give the same bytes.

    Args:
        people: how many people the population has, 1 to `MOST_PEOPLE`; about two nominal records come out for each.
        seed: of all that is drawn, 0 or more.
        nights: how many nights to deliver, 1 or more; about 1 % of records change from one to the next.
        out: folder to write, made if need be; it must be empty.
        start: the day of night 1, delivered at 02:00 UTC; 2 March 2026 where not given.
        progress: called with the name of each step that has ended.
        world: what the population and its deliveries are like.

    Returns:
        What was made, with counts.

    Raises:
        ValueError: a number is out of range.
        FileExistsError: `out` has something in it.
    """
    _check(people, seed, nights, out)
    today = start or FIRST_NIGHT
    report = progress or (lambda _: None)
    out.mkdir(parents=True, exist_ok=True)
    scratch = out / "scratch.tmp"
    try:
        with duckdb.connect(config={"threads": 2, "memory_limit": "2GB", "temp_directory": str(scratch)}) as connection:
            summary = _Sample(connection, people, seed, nights, (out, today), world).write(report)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    manifest = {
        "people": people,
        "seed": seed,
        **({"world": world.name} if world != worlds.USUAL else {}),
        "nights": [
            {"night": night.night, "folder": f"night-{night.night}", "as_of": night.as_of} for night in summary.nights
        ],
    }
    (out / "sample.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return summary


def _check(people_wanted: int, seed: int, nights: int, out: Path) -> None:
    if not 1 <= people_wanted <= MOST_PEOPLE:
        raise ValueError(f"a sample has 1 to {MOST_PEOPLE:,} people, not {people_wanted:,}")
    if seed < 0:
        raise ValueError(f"a seed is 0 or more, not {seed}")
    if nights < 1:
        raise ValueError(f"a sample has 1 night or more, not {nights}")
    if out.exists() and any(out.iterdir()):
        raise FileExistsError(f"{out} is not empty; name a new folder for the sample, or empty this one")


class _Sample:
    """One sample in the making."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        total: int,
        seed: int,
        nights: int,
        where: tuple[Path, date],
        world: worlds.SampleWorld,
    ) -> None:
        self._connection = connection
        self._total = total
        self._seed = seed
        self._out, self._today = where
        self._world = world
        self._names: NameIndex = name_index()
        self._children = life.Children()
        self._serials = (identifiers.pnc_serials(), identifiers.cro_serials())
        self._cases = 0
        self._gaps: dict[int, tuple[int, int]] = {}
        self._lines = dict.fromkeys(range(1, nights + 1), 0)
        connection.execute("set enable_progress_bar = false")
        connection.execute("set variable seed = $1", [seed])
        load_sqlite(connection)
        state.prepare(connection)
        connection.execute(shared_items.CONTACT_MACROS)
        small = total <= SMALL_SAMPLE
        self._nights = [
            Night(
                connection,
                number,
                self._out / f"night-{number}",
                self._out / "truth" / f"night-{number}",
                small_pages=small,
            )
            for number in range(1, nights + 1)
        ]

    def _as_of(self, night: int) -> datetime:
        return datetime.combine(self._today + timedelta(days=night - 1), _HOUR)

    def write(self, report: Progress) -> SampleSummary:
        for night in self._nights:
            self._begin(night)
        chunks = range(0, self._total, CHUNK)
        for number, first in enumerate(chunks):
            size = min(CHUNK, self._total - first)
            chunk, drawn_cases, tables = self._draw(number, first, size)
            for name, table in tables.items():
                state.load(self._connection, name, table)
            worlds.edit(self._connection, chunk, self._world.edits, self._total)
            truth.write_people(self._connection, self._out / "truth", chunk, self._nights[0])
            report(f"drew {first + size:,} of {self._total:,} people")
            for night in self._nights:
                self._deliver(night, chunk, drawn_cases, first=number == 0)
                report(f"wrote night {night.number} of {first + size:,} people")
        for night in self._nights:
            self._end(night)
        return self._summary()

    def _begin(self, night: Night) -> None:
        if self._world.files:
            return
        pnc.begin(night, self._as_of(night.number))
        for name, system in _DATABASES.items():
            night.database(name, system.DDL)

    def _end(self, night: Night) -> None:
        if self._world.files:
            self._gaps[night.number] = worlds.write_no_gaps(night)
            return
        pnc.end(night, self._lines[night.number])
        for name in _DATABASES:
            night.detach(name)

    def _draw(self, number: int, first: int, size: int) -> tuple[life.Chunk, list[cases.Case], dict[str, pa.Table]]:
        def stage(name: str) -> np.random.Generator:
            return codes.stage(self._seed, number, name)

        drawn = population.draw_people(stage("people"), self._names, first, size, self._today, self._world.families)
        membership = records.draw_membership(stage("membership"), drawn)
        day = codes.day(self._today)
        rows = np.zeros(0, dtype=np.int64)
        if number == 0:
            rows = cases.choose_cases(stage("cases"), self._names, drawn, self._total)
        drawn_cases = cases.draw_cases(stage("case facts"), drawn, rows, day)
        planting.plant(stage("planting"), self._names, drawn, drawn_cases, day)
        planting.change_over_nights(stage("case nights"), drawn_cases, len(self._nights))
        cases.hold(membership, drawn_cases)
        self._cases += len(drawn_cases)
        is_case = np.zeros(size, dtype=bool)
        is_case[rows] = True
        on_pnc = membership.held[codes.PNC] > 0
        numbers = identifiers.draw_identifiers(stage("identifiers"), drawn, on_pnc, self._serials, self._today)
        held = records.draw_records(stage("records"), drawn, membership.held, is_case, len(self._nights))
        chunk = life.Chunk(
            names=self._names,
            people=drawn,
            records=held,
            membership=membership,
            identifiers=numbers,
            life=life.draw_life(stage("life"), drawn, self._today),
            cases=is_case,
            today=self._today,
            children=self._children,
        )
        versions = errors.draw_versions(stage("errors"), self._names, drawn, numbers, held, is_case)
        state.load_records(self._connection, chunk, versions)
        state.load_people(self._connection, chunk)
        tables = {
            "alias": shared_items.aliases(stage("aliases"), chunk, versions),
            "address": shared_items.addresses(stage("addresses"), chunk, versions),
            "contact": shared_items.contacts(stage("contacts"), chunk),
        }
        for system in (pnc, rms, visor, nomis, ndelius, oasys):
            tables |= system.bulk(stage(system.__name__), chunk)
        return chunk, drawn_cases, case_rows.add_case_rows(stage("case rows"), chunk, drawn_cases, tables)

    def _deliver(self, night: Night, chunk: life.Chunk, drawn_cases: list[cases.Case], *, first: bool) -> None:
        state.open_night(self._connection, night.number)
        self._connection.execute("set variable as_of = $1::date", [self._as_of(night.number).date()])
        if self._world.files:
            worlds.deliver(night, self._world.files)
            night.add(worlds.write_people_of(night, self._world.files))
            return
        self._lines[night.number] += pnc.deliver(night)
        rms.deliver(night)
        visor.deliver(night)
        for name, system in _DATABASES.items():
            night.insert(name, system.TABLES)
        truth.write_records(night)
        if first:
            ctnm.deliver(night)
            self._gaps[night.number] = truth.write_gaps(night, chunk, drawn_cases)
        night.add(state.count_live(self._connection))

    def _summary(self) -> SampleSummary:
        return SampleSummary(
            out=self._out,
            people=self._total,
            seed=self._seed,
            terrorist_risk_cases=self._cases,
            nights=tuple(
                NightSummary(
                    night=night.number,
                    as_of=f"{self._as_of(night.number):%Y-%m-%dT%H:%M:%SZ}",
                    records=dict(night.records),
                    gaps=self._gaps[night.number][0],
                    planted_gaps=self._gaps[night.number][1],
                )
                for night in self._nights
            ),
        )
