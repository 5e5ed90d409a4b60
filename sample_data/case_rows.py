"""The rows that systems hold on terrorist-risk cases, written out from what `cases.py` says is true."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from sample_data.cases import Case
from sample_data.codes import CTNM, EPOCH, FOREVER, NDELIUS, NO_DAY, NOMIS, PNC, RMS, VISOR, record_number
from sample_data.life import COURTS, OFFENCES, TACT_OFFENCES, Chunk
from sample_data.names.index import NO_NAME
from sample_data.places import address_lines, draw_addresses, postcodes
from sample_data.shared_items import CONTACT_KINDS
from sample_data.systems.ctnm import CTNM_SCHEMAS, GRADINGS, TEXTS
from sample_data.systems.nomis import ESTABLISHMENTS
from sample_data.systems.rms import MARKINGS, REPORTS, marked

Row = dict[str, Any]
Rows = Iterator[tuple[str, Row]]

_TERRORIST_CODES = ("SDOPCU18", "STS18", "STS21")
_SECRET_SHARE = 0.05


def _day(days: int) -> dt.date | None:
    return None if days <= NO_DAY // 2 else EPOCH + dt.timedelta(days=int(days))


def add_case_rows(
    rng: np.random.Generator, chunk: Chunk, cases: list[Case], tables: dict[str, pa.Table]
) -> dict[str, pa.Table]:
    """Append the rows of the cases to the chunk's tables."""
    made: dict[str, list[Row]] = {}
    for case in cases:
        for table, row in _Writer(rng, chunk, case).rows():
            made.setdefault(table, []).append(row)
    tables = tables | {name: schema.empty_table() for name, schema in CTNM_SCHEMAS.items()}
    for name, rows in made.items():
        ids = chunk.children.take(name, len(rows))
        full = [
            {"first_night": 1, "last_night": FOREVER, **row, "id": int(number)}
            for number, row in zip(ids, rows, strict=True)
        ]
        tables[name] = pa.concat_tables([tables[name], pa.Table.from_pylist(full, schema=tables[name].schema)])
    return tables


class _Writer:
    """Writes one case's rows."""

    def __init__(self, rng: np.random.Generator, chunk: Chunk, case: Case) -> None:
        self._rng = rng
        self._chunk = chunk
        self._case = case
        self._number = int(chunk.people.number[case.row])
        self._sentenced = self._sentence_day()
        offences = TACT_OFFENCES if case.terrorist_sentence else OFFENCES[:8]
        self._offence = offences[int(rng.integers(0, len(offences)))]

    def _sentence_day(self) -> int:
        day = self._chunk.day
        if self._case.in_custody:
            return day - int(self._rng.integers(60, 2200))
        return min(self._case.release, day) - int(self._rng.integers(400, 2600))

    def rows(self) -> Rows:
        """Give each row with the table it belongs to."""
        case = self._case
        yield from self._aliases()
        if PNC in case.systems:
            yield from self._pnc()
        if RMS in case.systems:
            yield from self._rms()
        if NOMIS in case.systems:
            yield from self._nomis()
        if NDELIUS in case.systems:
            yield from self._ndelius()
        if VISOR in case.systems:
            yield (
                "visor_nominal",
                self._row(
                    VISOR, category=4, level=case.level, registered_on=self._ago(40, 1500), manager=self._upto(1, 60)
                ),
            )
        if CTNM in case.systems:
            yield from self._ctnm()
        if CTNM in case.systems or NDELIUS in case.systems:
            yield from self._addresses_and_contacts()

    def _row(self, system: int, **columns: object) -> Row:
        return {"record": int(record_number(self._number, system, 0)), **columns}

    def _upto(self, low: int, high: int) -> int:
        return int(self._rng.integers(low, high))

    def _ago(self, low: int, high: int) -> dt.date | None:
        return _day(self._chunk.day - self._upto(low, high))

    def _aliases(self) -> Rows:
        people, names, row = self._chunk.people, self._chunk.names, self._case.row

        def text(number: int) -> str | None:
            return None if number == NO_NAME else str(names.text[int(number)].as_py())

        for known in self._case.known_as:
            name: tuple[str | None, str | None, str | None]
            if known.own:
                name = text(people.alias_forename[row]), text(people.alias_surname[row]), None
            elif known.name:
                name = *known.name, None
            else:
                name = text(people.forename[row]), text(people.surname[row]), text(people.second_surname[row])
            forename, surname, second = name
            for system in known.systems:
                yield "alias", self._row(
                    system, forename=forename, surname=surname, second_surname=second, birth_date=_day(known.birth),
                    hyphen=bool(people.hyphen[row]),
                )  # fmt: skip

    def _pnc(self) -> Rows:
        code, title = self._offence
        if self._case.terrorist_sentence:
            yield (
                "pnc_marker",
                self._row(PNC, marker="TA", created=self._ago(30, 2000), remarks="Terrorism Act offender"),
            )
        if self._case.release != NO_DAY:
            yield "pnc_offence", self._row(
                PNC, offence_code=code, offence=title, convicted=_day(self._sentenced), court=COURTS[self._upto(0,
                    len(COURTS))],
                tact="Y" if self._case.terrorist_sentence else "N",
            )  # fmt: skip

    def _rms(self) -> Rows:
        yield "rms_marker", self._row(RMS, marker="TERRORISM", from_date=self._ago(30, 1500), to_date=None)
        for _ in range(self._upto(0, 3)):
            yield "rms_intelligence", self._row(
                RMS, reported_on=self._ago(2, 600), grading="2B-C", marking=MARKINGS[int(marked(self._rng, 1)[0])],
                text=REPORTS[self._upto(0, len(REPORTS))],
            )  # fmt: skip

    def _nomis(self) -> Rows:
        case = self._case
        code, title = self._offence
        admitted = self._sentenced - self._upto(1, 200)
        yield "booking", self._row(
            NOMIS, establishment=ESTABLISHMENTS[self._upto(0, len(ESTABLISHMENTS))],
                status="IN" if case.in_custody else "OUT",
            admitted_on=_day(admitted), released_on=None if case.in_custody else _day(case.release),
        )  # fmt: skip
        if case.release != NO_DAY:
            yield "sentence", self._row(
                NOMIS, sentence_date=_day(self._sentenced),
                sentence_code=_TERRORIST_CODES[self._upto(0, 3)] if case.terrorist_sentence and self._upto(0,
                    4) else "ADIMP",
                offence_code=code, offence=title, tact="Y" if case.terrorist_sentence else "N",
            )  # fmt: skip
            yield "release", self._row(NOMIS, release_date=_day(case.release), release_type="CRD")
        alerts = [("X", "XTACT", case.xtact)]
        if case.managed:
            alerts.append(("P", f"P10{case.alert_level}", (1, FOREVER)))
        if VISOR in case.systems:
            alerts.append(("P", "PVN", (1, FOREVER)))
        for group, alert, (first, last) in alerts:
            if last < 1:
                continue
            created = self._ago(20, 60) if first == 1 else _day(self._chunk.day + first - 2)
            columns = {"alert_type": group, "alert_code": alert, "created_on": created}
            yield "alert", self._row(NOMIS, **columns, expires_on=None, active="Y", first_night=first, last_night=last)
            if last < FOREVER:
                expired = _day(self._chunk.day + last - 1)
                yield "alert", self._row(NOMIS, **columns, expires_on=expired, active="N", first_night=last + 1)

    def _ndelius(self) -> Rows:
        case = self._case
        code, title = self._offence
        registrations: list[tuple[str, str | None, str | None, int]] = []
        if case.rtao[0]:
            registrations.append(("RTAO", None, None, case.rtao[0]))
        if case.managed:
            registrations.append(("MAPP", f"M{case.level}", "M4", 1))
        if VISOR in case.systems:
            registrations.append(("AVIS", None, None, 1))
        registrations.append(("RVHR" if case.level > 1 else "RHRH", None, None, 1))
        for kind, level, category, first in registrations:
            since = self._ago(30, 900) if first == 1 else _day(self._chunk.day + first - 2)
            yield (
                "registration",
                self._row(
                    NDELIUS,
                    type=kind,
                    level=level,
                    category=category,
                    registered_on=since,
                    deregistered_on=None,
                    first_night=first,
                ),
            )
        yield "disposal", self._row(
            NDELIUS, sentence_date=_day(self._sentenced), offence_code=code, offence=title,
            expected_release_date=_day(case.probation_release),
        )  # fmt: skip
        if not case.in_custody:
            for condition in ("EXTREMISM", "NO_CONTACT", "PERSONAL_SEARCH"):
                yield "licence", self._row(
                    NDELIUS, code=condition, text=f"Licence condition on {condition.lower().replace('_', ' ')}.",
                    from_date=_day(case.release), to_date=_day(case.release + 1500),
                )  # fmt: skip

    def _addresses_and_contacts(self) -> Rows:
        people, case = self._chunk.people, self._case
        shared = [(int(people.home[case.row]), 1, FOREVER), (int(people.previous[case.row]), 1, 0)]
        told: list[tuple[int, int, int, tuple[int, ...]]] = [
            (*place, (NDELIUS, CTNM)) for place in shared[: self._upto(1, 3)]
        ]
        if case.new_address_night:
            place = int(draw_addresses(self._rng, 1)[0])
            told.append((place, case.new_address_night, FOREVER, (NDELIUS,)))
        for place, first, closes, systems in told:
            where = np.array([place])
            # Long enough ago that whoever must be told has been.
            since = self._ago(40, 600) if first == 1 else _day(self._chunk.day + first - 6)
            for system in systems:
                if system in case.systems:
                    style = np.array([self._upto(0, 3)])
                    yield "address", self._row(
                        system, address=address_lines(where, style)[0].as_py(), postcode=postcodes(where,
                            style)[0].as_py(),
                        from_date=since, to_date=self._ago(10, 39) if closes == 0 else None, closes_night=closes,
                        fallback_status=0, first_night=first,
                    )  # fmt: skip
        for kind, which in case.details:
            name = CONTACT_KINDS[kind]
            for system in (NDELIUS, CTNM):
                if system in case.systems and not (system == CTNM and name.lower() in case.withheld):
                    yield "contact", self._row(
                        system, kind=name, person_number=self._number, which=which, style=self._upto(0, 4),
                        from_date=self._ago(20, 600),
                    )  # fmt: skip

    def _ctnm(self) -> Rows:
        case = self._case
        opened = self._chunk.day - self._upto(100, 2500)
        first, last = case.ctnm_release
        columns = {
            "status": "OPEN",
            "risk_band": ("LOW", "MEDIUM", "HIGH", "VERY HIGH")[self._upto(0, 4)],
            "opened_on": _day(opened),
        }
        held = {"release_date": _day(case.release), "updated_on": self._ago(5, 60)}
        bare = {"release_date": None, "updated_on": None}
        if last < 1:
            yield "ctnm_case", self._row(CTNM, **columns, **bare)
        else:
            yield "ctnm_case", self._row(CTNM, **columns, **held, first_night=first)
        yield "ctnm_notification", self._row(CTNM, kind="initial", on_day=_day(opened + 3))
        for year in range(1, (self._chunk.day - opened) // 365 + 1):
            yield "ctnm_notification", self._row(CTNM, kind="annual", on_day=_day(opened + 365 * year))
        for _ in range(self._upto(1, 5)):
            secret = self._rng.random() < _SECRET_SHARE
            yield "ctnm_intelligence", self._row(
                CTNM, reported_on=self._ago(2, 900), grading=GRADINGS[self._upto(0, len(GRADINGS))],
                marking="SECRET" if secret else MARKINGS[int(marked(self._rng, 1)[0])],
                text=TEXTS[self._upto(0, len(TEXTS))],
            )  # fmt: skip
