"""Small and large warehouses to publish from, made through the catalogue's own DDL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from linkage_models import nominal
from linkage_models.nominal.model.comparisons import IDENTIFIER_SHARED
from linkage_models.standardise.identifiers import IDENTIFIER_KINDS
from pipelines.deployment import Deployment
from pipelines.publish import Audience, Published, publish
from pipelines.settings import Settings
from pipelines.visible import Accounts, AudienceSight, visible_world
from pipelines.warehouse.catalogue import ALL, WAREHOUSE

NIGHT = datetime(2026, 3, 2, 2)  # noqa: DTZ001 - the warehouse's timestamps are naive UTC
SERVICES = {"ndelius": "probation", "nomis": "prison", "pnc": "police"}
JOINT = Audience(name="joint", title="Joint case management", ceiling="OFFICIAL-SENSITIVE")
LINK_THRESHOLD = 6.0


def insert(con: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    """Insert one row of which only some columns matter; the other required ones get a plain value of their type."""
    plain: dict[str, Any] = {"VARCHAR": "x", "BIGINT": 1, "INTEGER": 1, "JSON": "{}", "TIMESTAMP": NIGHT, "DOUBLE": 1.0}
    row = {
        column.name: values.get(column.name, plain.get(column.type, False) if column.required else None)
        for column in ALL[table].columns
    }
    unknown = set(values) - set(row)
    assert not unknown, unknown
    con.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", list(row.values()))


class World:
    """A warehouse of a few records, built call by call."""

    def __init__(self, path: Path | str = ":memory:", *, threads: int = 2) -> None:
        self.con = duckdb.connect(str(path), config={"threads": threads})
        # A bar that DuckDB draws on a busy machine would be taken for what a script says.
        self.con.execute("SET enable_progress_bar = false")
        make_tables(self.con)
        self._events = 0

    def record(
        self,
        key: str,
        *names: str,
        subject: str,
        born: str | Sequence[str] = (),
        sex: str | None = None,
        since: datetime = NIGHT,
        identifiers: Sequence[tuple[str, str]] = (),
        addresses: Sequence[tuple[str, str]] = (),
        member: bool = True,
        born_in: Sequence[str] = (),
    ) -> str:
        """Add a nominal record; the first name is its primary one, the last word of each its surname."""
        system, source_id = key.split(":", 1)
        dates = [born] if isinstance(born, str) else list(born)
        insert(
            self.con,
            "nominal.record",
            record_key=key,
            source_system=system,
            source_record_id=source_id,
            names=[_name("alias" if position else "primary", name) for position, name in enumerate(names)],
            birth_dates=[date.fromisoformat(day) for day in dates],
            own_birth_date=date.fromisoformat(dates[0]) if dates else None,
            partial_birth_dates=list(born_in),
            sex=sex,
            identifiers=[
                {"kind": kind, "value": value, "valid": True, "as_given": value} for kind, value in identifiers
            ],
            addresses=[
                {"address": address, "postcode": postcode, "from_date": None, "to_date": None}
                for address, postcode in addresses
            ],
        )
        if member:
            self.member(key, subject, since=since)
        return key

    def member(self, key: str, subject: str, *, since: datetime = NIGHT, until: datetime | None = None) -> None:
        insert(
            self.con,
            "linkage.membership",
            record_key=key,
            subject_id=subject,
            since=since,
            until=until,
            strict_subject_id=subject,
            wide_subject_id=subject,
        )

    def item(self, item_key: str, record_key: str, kind: str, marking: str | None, **values: object) -> None:
        insert(
            self.con,
            "nominal.information_item",
            item_key=item_key,
            record_key=record_key,
            source_system=record_key.split(":", 1)[0],
            kind=kind,
            marking=marking,
            **values,
        )

    def edge(self, one: str, other: str, weight: float, evidence: Sequence[tuple[str, float]] = ()) -> None:
        parts = evidence or (("prior", -20.0), ("name", weight + 20.0))
        insert(
            self.con,
            "linkage.edge",
            record_l=min(one, other),
            record_r=max(one, other),
            match_weight=weight,
            match_probability=1 / (1 + 2.0**-weight),
            evidence=[
                {
                    "comparison": name,
                    "level": IDENTIFIER_SHARED if name in IDENTIFIER_KINDS else "exact",
                    "weight": part,
                }
                for name, part in parts
            ],
        )

    def decide(self, one: str, other: str, verdict: str, **values: object) -> None:
        insert(
            self.con,
            "linkage.decision",
            decision_id=f"{one}|{other}|{verdict}",
            record_a=min(one, other),
            record_b=max(one, other),
            verdict=verdict,
            **values,
        )

    def event(self, kind: str, old: Sequence[str], new: Sequence[str], at: datetime = NIGHT) -> None:
        self._events += 1
        insert(
            self.con,
            "linkage.subject_event",
            event_id=self._events,
            happened_at=at,
            kind=kind,
            old_subject_ids=list(old),
            new_subject_ids=list(new),
        )

    def gap(self, gap_id: str, subject: str, marking: str | None, **values: object) -> None:
        given: dict[str, object] = {"held_by": "nomis", "expected_in": "ndelius", **values}
        insert(self.con, "gap.finding", gap_id=gap_id, subject_id=subject, marking=marking, **given)

    def publish(self, folder: Path, *, audience: Audience = JOINT, run_id: str = "run1", **values: Any) -> Published:
        given: dict[str, Any] = {
            "as_of": NIGHT,
            "services": SERVICES,
            "link_threshold": LINK_THRESHOLD,
            "kept": 3,
            **values,
        }
        sight = audience.sight(given.get("record_markings"))
        self.resolve_for(sight, given["as_of"], run_id)
        self.find_for(sight)
        return publish(self.con, audience=audience, folder=folder, run_id=run_id, **given)

    def resolve_for(self, sight: AudienceSight, at: datetime = NIGHT, run_id: str = "run1") -> None:
        """Make the account of an audience, as resolving subjects does."""
        with Accounts(self.con, [sight], bundle()) as accounts:
            accounts.partition()
            self.con.begin()
            accounts.prepare()
            accounts.assign(at=at, run_id=run_id)
            self.con.commit()

    def find_for(self, sight: AudienceSight) -> None:
        """Let an audience from which something is hidden have everybody's findings, as if it had found them too."""
        with visible_world(self.con, sight) as world:
            if world.whole:
                return
        self.con.execute("DELETE FROM audience.finding")
        self.con.execute(
            "INSERT INTO audience.finding BY NAME SELECT ? AS audience, * FROM gap.finding", [sight.audience]
        )


@cache
def bundle() -> nominal.Bundle:
    """The shipped bundle, which scores what is seen otherwise."""
    return Deployment.load(Settings()).bundle


def small_world() -> World:
    """Three people: one in all three systems, one in two, one in one; with items, a gap and a near miss."""
    world = World()
    world.record(
        "nomis:A1234BC", "Adil Rahman", "Adil Ahmed Rahman", subject="S00000001A", born="1990-05-17", sex="M",
        identifiers=[("noms", "A1234BC"), ("pnc", "1981/0000034U")], addresses=[("1 High Street", "N168PH")],
    )  # fmt: skip
    world.record(
        "ndelius:X100001", "Adil Rahman", subject="S00000001A", born=["1990-05-17", "1991-05-17"], sex="M",
        identifiers=[("crn", "X100001"), ("pnc", "1981/0000034U")],
    )  # fmt: skip
    world.record("pnc:81/34U", "Adel Rehman", subject="S00000001A", born="1990-01-01")
    world.record("nomis:A2222BC", "Zoë O'Connor", subject="S00000002B", born="1985-02-03", sex="F")
    world.record("ndelius:X100002", "Zoe OConnor", subject="S00000002B", born="1985-02-03", sex="F")
    world.record("pnc:90/5X", "José de la Cruz", subject="S00000003D")
    world.edge("nomis:A1234BC", "ndelius:X100001", 21.5, [("prior", -20.0), ("name", 14.5), ("pnc", 27.0)])
    world.edge("nomis:A1234BC", "pnc:81/34U", 9.0)
    world.edge("ndelius:X100001", "pnc:81/34U", 7.5)
    world.edge("nomis:A2222BC", "ndelius:X100002", 12.0)
    world.edge("nomis:A2222BC", "pnc:90/5X", -1.0)
    world.item("i1", "nomis:A1234BC", "alert", "OFFICIAL", code="XTACT", active=True)
    world.item("i2", "nomis:A1234BC", "custody", "OFFICIAL", code="LEI", active=True)
    world.item("i3", "ndelius:X100001", "registration", "OFFICIAL-SENSITIVE", code="MAPP", detail='{"level": "M2"}')
    world.gap("g1", "S00000001A", "OFFICIAL-SENSITIVE", rule_id="G02", severity="high", status="open")
    for number, subject in enumerate(("S00000001A", "S00000002B", "S00000003D"), start=1):
        world.event("created", [], [subject])
        assert world._events == number  # noqa: SLF001 - event ids count from 1
    return world


def make_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Make every table of the warehouse."""
    for schema in sorted({table.schema for table in WAREHOUSE}):
        con.execute(f"CREATE SCHEMA {schema}")
    for table in WAREHOUSE:
        for statement in table.ddl():
            con.execute(statement)


def fill_large(con: duckdb.DuckDBPyConnection, records: int) -> None:
    """Fill a warehouse with synthetic records in SQL: about seven records in ten have a subject of their own."""
    con.execute(f"""
        CREATE TEMP TABLE large AS
        SELECT
            i,
            CASE WHEN i % 10 < 6 THEN i WHEN i % 10 < 8 THEN i - i % 10 ELSE i - i % 10 + 1 END AS person,
            (['nomis', 'ndelius', 'pnc'])[i % 3 + 1] AS system,
            system || ':R' || printf('%09d', i) AS record_key,
            printf('S%08dA', person) AS subject_id,
            (hash(person) % 20000)::BIGINT AS f,
            ((hash(person + 7) % 1000000) ** 2 / 1000000000000.0 * 90000)::BIGINT AS s,
            upper(translate(md5('f' || f), '0123456789', 'aeioulnrst'))[1:4 + (f % 5)::INTEGER] AS forename,
            upper(translate(md5('s' || s), '0123456789', 'aeioulnrst'))[1:4 + (s % 5)::INTEGER] AS surname,
            DATE '1950-01-01' + (hash(person + 3) % 20000)::INTEGER AS born
        FROM range({records}) AS r(i)
    """)
    con.execute("""
        INSERT INTO nominal.record BY NAME
        SELECT record_key, system AS source_system, record_key[strpos(record_key, ':') + 1:] AS source_record_id,
            CASE WHEN i % 5 = 0
                THEN [{'kind': 'primary', 'forename': forename, 'middle_names': NULL, 'surname': surname,
                       'as_given': forename || ' ' || surname},
                      {'kind': 'alias', 'forename': surname, 'middle_names': 'ALI', 'surname': forename,
                       'as_given': surname || ' Ali ' || forename}]
                ELSE [{'kind': 'primary', 'forename': forename, 'middle_names': NULL, 'surname': surname,
                       'as_given': forename || ' ' || surname}] END AS names,
            [born] AS birth_dates, 'M' AS sex,
            [{'kind': 'pnc', 'value': printf('1990/%07dA', person), 'valid': true, 'as_given': 'x'}] AS identifiers,
            [{'address': (i % 400) || ' Sample Road', 'postcode': 'N' || (i % 90000), 'from_date': NULL,
              'to_date': NULL}] AS addresses,
            [] AS contact_points, [] AS sentence_dates, 'h' AS content_hash, 'l1' AS load_id, i + 1 AS landed_row
        FROM large
    """)
    con.execute("""
        INSERT INTO linkage.membership
        SELECT record_key, subject_id, TIMESTAMP '2026-03-02 02:00:00', NULL, subject_id, subject_id FROM large
    """)
    con.execute("""
        INSERT INTO linkage.edge
        SELECT least(a.record_key, b.record_key), greatest(a.record_key, b.record_key), 12.5 + a.i % 7, 0.999,
            [{'comparison': 'prior', 'level': 'prior', 'weight': -20.0},
             {'comparison': 'name', 'level': 'exact', 'weight': 12.5},
             {'comparison': 'pnc', 'level': 'agree', 'weight': 20.0 + a.i % 7}], 'b1'
        FROM large AS a INNER JOIN large AS b ON a.person = b.person AND a.i < b.i
    """)
    con.execute("""
        INSERT INTO nominal.information_item BY NAME
        SELECT md5(record_key || k) AS item_key, record_key, system AS source_system,
            (['address', 'alert', 'sentence', 'identifier'])[k] AS kind, 'C' || k AS code, 'value ' || i AS value,
            (['OFFICIAL', 'OFFICIAL', 'OFFICIAL-SENSITIVE', 'SECRET'])[1 + (i % 4)::INTEGER] AS marking,
            true AS active, DATE '2026-01-01' AS from_date, 'h' AS content_hash, 'l1' AS first_load_id,
            'l1' AS load_id, 'r' AS resource, 1 AS landed_row
        FROM large, range(1, 5) AS t(k)
    """)
    con.execute("""
        INSERT INTO linkage.subject_event
        SELECT row_number() OVER (ORDER BY subject_id), TIMESTAMP '2026-03-02 02:00:00', 'run1', 'created', [],
            [subject_id], 'new records'
        FROM (SELECT DISTINCT subject_id FROM large)
    """)
    con.execute("DROP TABLE large")


def _name(kind: str, text: str) -> dict[str, str | None]:
    folded = text.upper().translate(str.maketrans("ËÉ", "EE", "'"))
    *forenames, surname = folded.split()
    return {
        "kind": kind,
        "forename": forenames[0] if forenames else None,
        "middle_names": " ".join(forenames[1:]) or None,
        "surname": surname,
        "as_given": text,
    }
