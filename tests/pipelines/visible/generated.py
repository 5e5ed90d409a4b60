"""Generated worlds in which hidden data makes links, breaks them, or makes risks and answers; and whole nights on them.

A world is made twice: with everything in it, and as if what an audience may not see had never been delivered. The
audience's two files must say the same.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import duckdb

from linkage_models import nominal, resolve
from pipelines.gaps import SystemInfo, find_gaps, load_risk, load_rules
from pipelines.publish import Audience, publish
from pipelines.visible import ISSUED, RESERVED, Accounts, keep_findings
from tests.pipelines.publish.worlds import bundle, insert, make_tables

NIGHT = datetime(2026, 3, 2, 2)  # noqa: DTZ001 - the warehouse's timestamps are naive UTC
SERVICES = {"ctnm": "police", "ndelius": "probation", "nomis": "prison", "pnc": "police", "rms": "police"}
MARKINGS = {"ctnm": "SECRET", "ndelius": "OFFICIAL", "nomis": "OFFICIAL", "pnc": "OFFICIAL", "rms": "OFFICIAL"}
"""What each system's records are marked; those of one are hidden whole from who may see no more than OFFICIAL."""

LOW = Audience(name="low", title="Those who may see little", ceiling="OFFICIAL")
HIGH = Audience(name="high", title="Those who may see nearly all", ceiling="SECRET")
HIDDEN = ("SECRET", "TOP SECRET", None)
KINDS = (
    "identifier", "alias", "birth_date", "address", "contact_point", "bridge", "contradiction", "risk", "answer",
    "nothing",
)  # fmt: skip
"""What hidden data does to a person's records; each of the first six joins two that nothing else joins."""

_FORENAMES = (
    "ADIL", "BRIAN", "CERYS", "DARIUS", "ELENA", "FAISAL", "GRACE", "HASSAN", "IMRAN", "JOANNA", "KAMIL", "LAYLA",
    "MARTIN", "NADIA", "OSCAR", "PRIYA",
)  # fmt: skip
_SURNAMES = (
    "ABBOTT", "BASHIR", "CARDEW", "DUNMORE", "ELSAYED", "FENWICK", "GALLOWAY", "HOLLOWAY", "IBRAHIM", "JARVIS",
    "KOWALSKI", "LOCKWOOD",
)  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One information item; what it says is in the columns of `nominal.information_item`."""

    kind: str
    marking: str | None
    code: str | None = None
    value: str | None = None
    item_date: date | None = None
    from_date: date | None = None
    active: bool = True
    detail: str | None = None


@dataclass(frozen=True)
class Person:
    """One source system's record of one person, with its items."""

    key: str
    name: str
    born: date | None
    items: tuple[Item, ...] = ()
    sex: str = "M"


@dataclass
class Making:
    """A world being made: its records, and the tokens that only hidden data holds."""

    seed: int
    persons: list[Person] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - a world, not a secret
        self._made = 0

    def fresh(self, system: str) -> str:
        self._made += 1
        return f"{system}:{self.random.choice('ABCDEFGH')}{self._made:04d}"

    def word(self) -> str:
        """Return a token that no other word holds, of letters alone."""
        word = "".join(self.random.choice("BCDFGHJKLMNPQRSTVWXZ") for _ in range(10))
        self.tokens.add(word)
        return word

    def day(self) -> date:
        return date(1950, 1, 2) + timedelta(days=self.random.randrange(18000))

    def name(self) -> str:
        return f"{self.random.choice(_FORENAMES)} {self.random.choice(_SURNAMES)}"

    def number(self) -> str:
        serial = self.random.randrange(1, 9_999_999)
        year = self.random.randrange(1980, 2020)
        letter = "ZABCDEFGHJKLMNPQRTUVWXY"[int(f"{year % 100}{serial:07d}") % 23]
        return f"{year}/{serial:07d}{letter}"

    def hidden(self) -> str | None:
        return self.random.choice(HIDDEN)

    def filler(self) -> tuple[Item, ...]:
        """Return hidden items that say something of their own, each with a token."""
        return tuple(
            Item(kind, self.hidden(), code=code, value=f"{self.word()} {kind}".upper())
            for kind, code in self.random.sample(
                [("report", "IR"), ("alert", "XYZ"), ("address", "N1 1AA"), ("name", None), ("marker", "VI"),
                 ("contact_point", "EMAIL"), ("licence_condition", "EXC")], self.random.randrange(4, 8),
            )
        )  # fmt: skip


def generate(seed: int, groups: int) -> Making:
    """Return a world of some groups of records, each with one kind of thing that hidden data does."""
    making = Making(seed)
    for number in range(groups):
        _add(making, KINDS[(seed + number) % len(KINDS)])
    return making


def _add(making: Making, kind: str) -> None:  # noqa: C901, PLR0915 - a kind of world each
    name, born, other = making.name(), making.day(), making.day()
    one, two = (making.fresh(system) for system in making.random.sample(["ndelius", "nomis", "pnc", "rms"], 2))
    marking, token = making.hidden(), making.word()
    shared: dict[str, tuple[Item, ...]] = {one: (), two: ()}
    names: dict[str, str] = {one: name, two: name}
    days: dict[str, date | None] = {one: born, two: born}
    match kind:
        case "identifier":
            number = making.number()
            making.tokens.add(number)
            names[two], days[two] = f"{name.split()[0]} {making.random.choice(_SURNAMES)}", born
            shared = {key: (Item("identifier", marking, code="pnc", value=number),) for key in shared}
        case "alias":
            names[two] = making.name()
            shared[two] = (Item("name", marking, value=name, item_date=born),)
            days[two] = other
        case "birth_date":
            days[two] = other
            shared[two] = (Item("birth_date", marking, item_date=born),)
        case "address":
            names[two] = f"{name.split()[0]}E {name.split()[1]}"
            days[two] = None
            shared = {key: (Item("address", marking, code="N16 8PH", value=f"4 {token} ROAD"),) for key in shared}
        case "contact_point":
            days[two] = None
            shared = {key: (Item("contact_point", marking, code="PHONE", value=f"0{token}"),) for key in shared}
        case "bridge":
            number, more = making.number(), making.number()
            days[two] = other
            shared = {
                one: (Item("identifier", "OFFICIAL", code="pnc", value=number),),
                two: (Item("identifier", "OFFICIAL", code="cro", value=more),),
            }
            case = making.fresh("ctnm")
            making.tokens.add(case)
            both = (("pnc", number), ("cro", more))
            held = [Item("identifier", "SECRET", code=code, value=value) for code, value in both]
            held += [Item("birth_date", "SECRET", item_date=other), Item("report", "SECRET", value=token)]
            making.persons.append(Person(case, name, born, tuple(held)))
        case "contradiction":
            numbers = making.number(), making.number()
            making.tokens.update(numbers)
            shared = {
                key: (Item("identifier", marking, code="pnc", value=number),)
                for key, number in zip(shared, numbers, strict=True)
            }
        case "risk" | "answer":
            one, two = making.fresh("nomis"), making.fresh("ndelius")
            names, days = {one: name, two: name}, {one: born, two: born}
            number = making.number()
            alert, registered = ("OFFICIAL", marking) if kind == "answer" else (marking, None)
            pnc = Item("identifier", "OFFICIAL", code="pnc", value=number)
            shared = {
                one: (pnc, Item("alert", alert, code="XTACT", from_date=date(2025, 3, 3)),
                      Item("name", "OFFICIAL", value=f"{making.random.choice(_FORENAMES)} OTHERNAME", item_date=other)),
                two: (pnc, Item("address", "OFFICIAL", code="M1 1AE", value="1 OPEN STREET")),
            }  # fmt: skip
            if kind == "answer":
                shared[two] += (Item("registration", registered, code="RTAO", from_date=date(2025, 3, 3)),)
    for key, items in shared.items():
        visible = (
            (Item("custody", "OFFICIAL", code="LEI", from_date=date(2024, 1, 1)),) if key.startswith("nomis") else ()
        )
        making.persons.append(Person(key, names[key], days[key], items + visible + making.filler()))


def changed(making: Making, share: float = 0.3) -> list[Person]:
    """Return the persons of the next night: some of their items are marked otherwise, gone, or new."""
    return [
        replace(person, items=tuple(_changed(making, share, person.items)) + _new(making, share))
        for person in making.persons
    ]


def _changed(making: Making, share: float, items: Sequence[Item]) -> Iterator[Item]:
    for item in items:
        if making.random.random() > share:
            yield item
        elif making.random.random() > share:
            yield replace(item, marking=making.random.choice(("OFFICIAL", *HIDDEN)))


def _new(making: Making, share: float) -> tuple[Item, ...]:
    return making.filler() if making.random.random() < share else ()


def seen_by(audience: Audience, persons: Sequence[Person]) -> list[Person]:
    """Return the persons as if what the audience may not see had never been delivered."""
    seen = audience.visible_markings
    return [
        replace(person, items=tuple(item for item in person.items if item.marking in seen))
        for person in persons
        if MARKINGS[person.key.split(":")[0]] in seen
    ]


def deliver(con: duckdb.DuckDBPyConnection, persons: Sequence[Person]) -> None:
    """Let the warehouse hold these records and items, as canonicalising leaves them."""
    for table in ("nominal.record", "nominal.information_item", "nominal.load"):
        con.execute(f"DELETE FROM {table}")
    rows: dict[str, int] = dict.fromkeys(SERVICES, 0)
    for person in persons:
        system, source_id = person.key.split(":")
        of = {kind: [item for item in person.items if item.kind == kind] for kind in (
            "name", "birth_date", "identifier", "address", "contact_point", "sentence")}  # fmt: skip
        dates = {item.item_date for item in of["name"] + of["birth_date"] if item.item_date} - {person.born}
        names = [("primary", person.name), *sorted({("alias", item.value) for item in of["name"]})]
        insert(
            con, "nominal.record", record_key=person.key, source_system=system, source_record_id=source_id,
            names=[_name(kind, str(name)) for kind, name in names],
            birth_dates=[*([person.born] if person.born else []), *sorted(dates)], sex=person.sex,
            own_birth_date=person.born,
            identifiers=[{"kind": kind, "value": value, "valid": True, "as_given": value}
                         for kind, value in sorted({(item.code, item.value) for item in of["identifier"]})],
            addresses=[{"address": address, "postcode": code, "from_date": None, "to_date": None}
                       for code, address in sorted({(item.code, item.value) for item in of["address"]})],
            contact_points=[{"kind": kind, "value": value}
                            for kind, value in sorted({(item.code, item.value) for item in of["contact_point"]})],
            sentence_dates=[],
        )  # fmt: skip
        rows[system] += 1
        for number, item in enumerate(person.items):
            text = "|".join(map(str, (person.key, item.kind, item.code, item.value, item.item_date)))
            insert(
                con, "nominal.information_item", item_key=hashlib.md5(text.encode()).hexdigest(),  # noqa: S324 - a key
                record_key=person.key, source_system=system, kind=item.kind, code=item.code, value=item.value,
                item_date=item.item_date, from_date=item.from_date, active=item.active, detail=item.detail,
                marking=item.marking, originator=system, resource="items", landed_row=rows[system] * 100 + number,
            )  # fmt: skip
    for system, count in rows.items():
        held = len([item for person in persons if person.key.startswith(f"{system}:") for item in person.items])
        for resource, number in (("persons", count), ("items", held)):
            insert(
                con, "nominal.load", load_id="20260302-000001-x", source_system=system, resource=resource,
                rows_extracted=number, rows_accepted=number, rows_quarantined=0, rows_deleted=0,
            )  # fmt: skip


def night(
    con: duckdb.DuckDBPyConnection,
    persons: Sequence[Person],
    audiences: Sequence[Audience],
    folder: Path,
    number: int = 0,
) -> dict[str, Path]:
    """Run a whole night on what was delivered; return each audience's file."""
    at, run_id = NIGHT + timedelta(days=number), f"run{number}"
    deliver(con, persons)
    sights = [audience.sight(MARKINGS) for audience in audiences]
    systems = {
        name: SystemInfo(name.upper(), at - timedelta(hours=4), timedelta(hours=36), record_marking=MARKINGS[name])
        for name in SERVICES
    }
    nominal.score(
        con, records="nominal.record", edges="linkage.edge", scored="linkage.scored", capped="linkage.capped_block",
        bundle=bundle(),
    )  # fmt: skip
    thresholds = resolve.Thresholds.of(bundle().thresholds)
    with Accounts(con, sights, bundle()) as accounts:
        accounts.partition()
        con.begin()
        accounts.prepare()
        resolve.partition(
            con, records="nominal.record", edges="linkage.edge", decisions="linkage.decision", thresholds=thresholds,
            into="linkage.partition", flags="linkage.review_flag",
        )  # fmt: skip
        resolve.assign_subjects(
            con, partition="linkage.partition", membership="linkage.membership", events="linkage.subject_event",
            merges="nominal.merge", at=at, run_id=run_id, reserved=RESERVED, issued_elsewhere=ISSUED,
        )  # fmt: skip
        con.execute("DROP TABLE linkage.partition")
        accounts.assign(at=at, run_id=run_id)
        con.commit()
    con.begin()
    find_gaps(con, rules(), as_of=at, systems=systems, risk=risk())
    con.commit()
    files = {}
    for sight, audience in zip(sights, audiences, strict=True):
        shown = {name: info for name, info in systems.items() if sight.shows(name)}

        def find(shown: Mapping[str, SystemInfo] = shown) -> object:
            return find_gaps(con, rules(), as_of=at, systems=shown, risk=risk())

        keep_findings(con, sight, at, find)
        files[audience.name] = publish(
            con, audience=audience, folder=folder / audience.name, as_of=at, run_id=run_id, services=SERVICES,
            link_threshold=bundle().thresholds.link, kept=1, record_markings=MARKINGS,
        ).path  # fmt: skip
    return files


rules, risk = cache(load_rules), cache(load_risk)


def warehouse() -> duckdb.DuckDBPyConnection:
    """Return an empty warehouse in memory."""
    con = duckdb.connect(config={"threads": 2})
    make_tables(con)
    return con


TABLES = (
    "subject", "subject_record", "link", "information", "coverage", "information_gap", "subject_event",
    "membership_history", "source_load", "name_token", "name_vocabulary",
)  # fmt: skip
SUBJECT = re.compile(r"S\d{8}[A-Z]")
_DATED = {
    "subject_event": None, "membership_history": None, "subject_record": "linked_since",
    "information_gap": "first_seen, due_date, sentence",
}  # fmt: skip
"""What tells of nights before: tables whole, and columns."""


def told(path: Path) -> dict[str, list[str]]:
    """Return all that a file says, table by table, its subject ids by their rank: order is told, numbers are not."""
    with duckdb.connect(str(path), read_only=True) as con:
        says = {name: _rows(con, name, "gap_id" if name == "information_gap" else "") for name in TABLES}
    ids = sorted({one for rows in says.values() for row in rows for one in SUBJECT.findall(row)})
    rank = {one: f"subject {number}" for number, one in enumerate(ids)}
    return {name: sorted(SUBJECT.sub(lambda one: rank[one[0]], row) for row in rows) for name, rows in says.items()}


def told_now(path: Path) -> dict[str, list[str]]:
    """Return what a file says of the present, and which records are of one subject, without any subject id."""
    with duckdb.connect(str(path), read_only=True) as con:
        says = {}
        for name in TABLES:
            left_out = _DATED.get(name, "")
            if left_out is not None:
                gap = name == "information_gap"
                says[name] = _rows(
                    con, name, f"gap_id, {left_out}" if gap else left_out, "status = 'open'" if gap else "true"
                )
        together = con.execute(
            "SELECT list(record_key ORDER BY record_key) AS one FROM linked.subject_record GROUP BY subject_id"
        ).fetchall()
    says = {name: sorted(SUBJECT.sub("", row) for row in rows) for name, rows in says.items()}
    return {**says, "together": sorted(map(repr, together))}


def _rows(con: duckdb.DuckDBPyConnection, name: str, left_out: str, where: str = "true") -> list[str]:
    columns = f"* EXCLUDE ({left_out})" if left_out else "*"
    return [repr(row) for row in con.execute(f"SELECT {columns} FROM linked.{name} WHERE {where}").fetchall()]


def _name(kind: str, text: str) -> dict[str, str | None]:
    *forenames, surname = text.upper().split()
    return {
        "kind": kind, "forename": forenames[0] if forenames else None,
        "middle_names": " ".join(forenames[1:]) or None, "surname": surname, "as_given": text,
    }  # fmt: skip
