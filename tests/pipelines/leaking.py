"""Nine sources, one of each way to deliver, whose every value, heading, key and tag is planted, and nights of damage.

Whatever is planted holds the marker, so that one search finds any of it wherever it went.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import dagster as dg
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import ConjoinError
from pipelines.nightly_run import run_nightly
from pipelines.settings import Settings
from pipelines.settings.given import settings_lines
from sample_data.serve.postgres import Postgres, serve_postgres
from tests.pipelines.landing.services import Answer, Asked, told

MARKER = "zqx"
FIRST_NIGHT = datetime(2026, 3, 2, 2)  # noqa: DTZ001 - settings take it for UTC
PEOPLE = 12
FIELDS = ("ref", "surname", "forenames", "born", "note")
SYSTEMS = ("csv", "fixed_width", "json", "json_lines", "xml", "parquet", "sqlite", "rest", "database")
SECRET = "LEAKING_DATABASE_PASSWORD"  # noqa: S105 - the name of a variable

Person = dict[str, str]

RULE = """\
id: L01
title: Noted in one system and unknown to the other
severity: high
owner_role: the clerk
sla_days: 7
statutory: false
basis: The rules
held_by: csv
expected_in: json
scope: Everybody with a note.
sentence:
  holds: "{held_by} holds a note"
  lacks: "{expected_in} does not know the person"
  act: the clerk should tell
sql: |
  SELECT subject_id, NULL::DATE AS trigger_date, [item_key] AS items
  FROM alert
  WHERE source_system = 'csv'
      AND CASE WHEN lower(code) LIKE '%boom%' THEN code::INTEGER > 0 ELSE true END
      AND subject_id NOT IN (SELECT subject_id FROM member WHERE source_system = 'json')
"""


def people(night: int) -> list[Person]:
    """Return the people as they are on a night: one comes, one goes, one is called otherwise."""
    return [
        {
            "ref": f"{MARKER}r{number}",
            "surname": f"{MARKER}{'abcdefghijklmnopqrstuvwxyz'[number % 26] * 3}son"
            + ("ov" if number == night else ""),
            "forenames": f"Ann{MARKER}{number}",
            "born": f"19{50 + number}-0{1 + number % 9}-1{number % 10}",
            "note": f"{MARKER.upper()}N{number}",
        }
        for number in range(night % 3, PEOPLE + night % 3)
    ]


def token(rng: random.Random) -> str:
    """Return something planted that is new."""
    return f"{MARKER}{rng.randrange(10**9):09d}"


# Damages: what a source may do to its people, or to the file that holds them.


def as_they_are(rows: list[Person], rng: random.Random) -> list[Person]:
    """Leave them."""
    del rng
    return rows


def another_field(rows: list[Person], rng: random.Random) -> list[Person]:
    """Add a field that is called as somebody is."""
    return [row | {token(rng) if number == 0 else f"{MARKER}_more": token(rng)} for number, row in enumerate(rows)]


def called_otherwise(rows: list[Person], rng: random.Random) -> list[Person]:
    """Call every field otherwise, as the values of the first row where a heading is missing."""
    names = dict(zip(FIELDS, rows[0].values(), strict=True))
    del rng
    return [{names[name]: value for name, value in row.items()} for row in rows]


def one_missing(rows: list[Person], rng: random.Random) -> list[Person]:
    """Leave a field out that the YAML reads, and add one instead."""
    gone, instead = rng.choice(FIELDS), token(rng)
    return [{instead if name == gone else name: value for name, value in row.items()} for row in rows]


def bad_dates(rows: list[Person], rng: random.Random) -> list[Person]:
    """Write dates that nobody can read."""
    return [row | {"born": f"the {rng.randrange(31)}th of {token(rng)}"} for row in rows]


def fails_in_sql(rows: list[Person], rng: random.Random) -> list[Person]:
    """Hold a value that an expression of the YAML fails on."""
    return [row | {"note": f"FAIL{token(rng)}"} for row in rows]


def fails_in_rule(rows: list[Person], rng: random.Random) -> list[Person]:
    """Hold a value that nobody foresaw in a gap rule."""
    return [row | {"note": f"BOOM{token(rng)}"} for row in rows]


def keys_missing(rows: list[Person], rng: random.Random) -> list[Person]:
    """Lack the key in most rows."""
    return [row | ({"ref": ""} if rng.random() < 0.7 else {}) for row in rows]


DAMAGES: tuple[Callable[[list[Person], random.Random], list[Person]], ...] = (
    as_they_are, as_they_are, another_field, called_otherwise, one_missing, bad_dates, fails_in_sql, keys_missing,
)  # fmt: skip


def torn(content: bytes, rng: random.Random) -> bytes:
    """Cut a file in the middle of a value, or put bytes in it that are no text."""
    at = rng.randrange(len(content) // 2, len(content))
    return content[:at] if rng.random() < 0.5 else content[:at] + b'\xff"{<' + token(rng).encode() + content[at:]


# The nine ways.


def as_csv(rows: list[Person]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


WIDTHS = (12, 24, 20, 40, 24)


def as_lines(rows: list[Person]) -> bytes:
    lines = [
        "PER" + "".join(value[:width].ljust(width) for value, width in zip(row.values(), WIDTHS, strict=False))
        if set(row) == set(FIELDS)
        else f"{next(iter(row))[:3]}{''.join(row.values())}"
        for row in rows
    ]
    return "".join(f"{line}\n" for line in ["HDR", *lines, f"TRL{len(lines):06d}"]).encode()


def as_xml(rows: list[Person]) -> bytes:
    def tag(name: str) -> str:
        plain = "".join(character for character in name if character.isalnum() or character == "_")
        return plain if plain[:1].isalpha() else f"{MARKER}{plain}"

    records = (
        f"<record>{''.join(f'<{tag(name)}>{value}</{tag(name)}>' for name, value in row.items())}</record>"
        for row in rows
    )
    return f"<all>{''.join(records)}</all>".encode()


def as_table(rows: list[Person]) -> pa.Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    held = {name: [row.get(name) for row in rows] for name in names}
    return pa.table(held | {f"{MARKER}_nested": [{f"{MARKER}_inside": "x"} for _ in rows]})


def into_sqlite(path: Path, rows: list[Person]) -> None:
    path.unlink(missing_ok=True)
    names = list(dict.fromkeys(name for row in rows for name in row))
    con = sqlite3.connect(path)
    con.execute(f"CREATE TABLE people ({', '.join(_quoted(name) for name in names)})")
    con.executemany(
        f"INSERT INTO people VALUES ({', '.join('?' * len(names))})",
        [[row.get(name) for name in names] for row in rows],
    )
    con.commit()
    con.close()


def into_postgres(server: Postgres, rows: list[Person]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with server.connect() as con:
        con.autocommit = True
        con.execute(b"DROP TABLE IF EXISTS people")
        con.execute(f"CREATE TABLE people ({', '.join(f'{_quoted(name)} text' for name in names)})".encode())
        values = ", ".join(["%s"] * len(names))
        for row in rows:
            con.execute(f"INSERT INTO people VALUES ({values})".encode(), [row.get(name) for name in names])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', "") + '"'


class Leaking:
    """The deployment, its home and what has been said of it."""

    def __init__(self, folder: Path, server: Postgres, url: str) -> None:
        self.folder, self.server = folder, server
        self.inbox = folder / "inbox"
        self.inbox.mkdir(parents=True)
        self.page = Answer([])
        _write_deployment(folder / "deployment", server, url)

    def settings(self, night: int) -> Settings:
        """Return the settings of a night, which the home's own file gives."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        given = {
            "deployment": self.folder / "deployment", "inbox": self.inbox, "snapshots_kept": 2,
            "as_of": (FIRST_NIGHT + timedelta(days=night)).isoformat(),
        }  # fmt: skip
        (home / "conjoin.env").write_text(settings_lines(given), encoding="utf-8")
        return Settings.load(home)

    def deliver(self, night: int, rng: random.Random) -> None:
        """Deliver a night of every source, each with a damage of its own."""
        for system in SYSTEMS:
            damage = as_they_are if night == 0 else rng.choice(DAMAGES)
            rows = damage(people(night), rng)
            if night % 5 == 4 and system == "csv":
                rows = fails_in_rule(people(night), rng)
            self._deliver(system, rows, rng, whole=night == 0 or rng.random() < 0.8)

    def _deliver(self, system: str, rows: list[Person], rng: random.Random, *, whole: bool) -> None:
        path = self.inbox / system
        match system:
            case "csv":
                content = as_csv(rows)
            case "fixed_width":
                content = as_lines(rows)
            case "json":
                content = json.dumps(rows).encode()
            case "json_lines":
                content = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
            case "xml":
                content = as_xml(rows)
            case "parquet":
                pq.write_table(as_table(rows), path)
                content = path.read_bytes()
            case "sqlite":
                into_sqlite(path, rows)
                content = path.read_bytes()
            case "database":
                into_postgres(self.server, rows)
                return
            case _:
                self.page = (
                    Answer(rows) if whole else Answer(torn(json.dumps(rows).encode(), rng), rng.choice((200, 500)))
                )
                return
        path.write_bytes(content if whole else torn(content, rng))

    def run(self, night: int) -> str:
        """Run a night, whatever comes of it, and return what the command would say."""
        said: list[str] = []
        try:
            ended = run_nightly(self.settings(night), said.append)
            said += [*ended.warnings, *ended.held_back]
        except ConjoinError as error:
            said.append(str(error))
        return "\n".join(said)

    def leaks(self, said: str, dagster_home: Path) -> list[str]:
        """Return the places, of all where nothing planted may be, that hold something planted."""
        found = ["what was said"] if MARKER in said.lower() else []
        kept = [*dagster_home.rglob("*"), *(self.folder / "home" / "audit").rglob("*")]
        kept += [*(self.folder / "home").glob("*.json"), *(self.folder / "home" / "landing").glob("*/failure.json")]
        found += [
            str(path.relative_to(self.folder))
            for path in kept
            if path.is_file() and MARKER.encode() in path.read_bytes().lower()
        ]
        asked = {"home/published/all/current.duckdb": ("linked.feed", "linked.run", "linked.source_load"),
                 "home/warehouse.duckdb": ("nominal.feed", "nominal.load", "linkage.run")}  # fmt: skip
        for file, tables in asked.items():
            if (self.folder / file).exists():
                with duckdb.connect(str(self.folder / file), read_only=True) as con:
                    for table in tables:
                        rows = con.execute(f"SELECT t::VARCHAR FROM {table} AS t").fetchall()
                        found += [table] if MARKER in str(rows).lower() else []
        return found

    def events(self, dagster_home: Path) -> int:
        """Return how many events Dagster keeps, so that a search of them is no search of nothing."""
        with patch.dict(os.environ, DAGSTER_HOME=str(dagster_home)), dg.DagsterInstance.get() as instance:
            return sum(len(instance.all_logs(run.run_id)) for run in instance.get_runs())


@contextmanager
def leaking(folder: Path) -> Iterator[Leaking]:
    """Serve what is served, and give the deployment."""
    with serve_postgres() as server:
        made: list[Leaking] = []

        def answer(asked: Asked) -> Answer:
            del asked
            return made[0].page

        with told(answer) as service:
            made.append(Leaking(folder, server, service.url))
            yield made[0]


def _write_deployment(folder: Path, server: Postgres, url: str) -> None:
    documents = {name: f"(document->>'$.{name}')" for name in FIELDS}
    plain = {name: name for name in FIELDS}
    positions, start = {}, 4
    for name, width in zip(FIELDS, WIDTHS, strict=True):
        positions[name] = [start, width]
        start += width
    no_waiting = {"retries": 0, "timeout_seconds": 10}
    extracts: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
        "csv": ({"format": "csv", "resources": {"people": "csv"}, "schema_contract": "freeze"}, plain),
        "fixed_width": (
            {"format": "fixed_width", "path": "fixed_width", "header": "HDR",
             "trailer": {"type": "TRL", "count": [4, 6]}, "resources": {
                 "people": {"type": "PER", "fields": positions}}},
            plain,
        ),
        "json": (
            {"format": "json", "layout": "array", "resources": {"people": "json"}, "schema_contract": "discard_row"},
            documents,
        ),
        "json_lines": ({"format": "json", "layout": "lines", "resources": {"people": {
            "path": "json_lines", "load": "changes", "key": documents["ref"]}},
            "schema_contract": "freeze"}, documents),
        "xml": ({"format": "xml", "resources": {"people": {"path": "xml", "element": "record"}}}, documents),
        "parquet": ({"format": "parquet", "resources": {"people": {
            "path": "parquet", "load": "changes", "key": "ref"}}}, plain),
        "sqlite": ({"format": "sqlite", "path": "sqlite", "resources": ["people"], "schema_contract": "freeze"}, plain),
        "rest": (
            {"format": "rest", "base_url": url, "auth": {"kind": "none"}, "paging": {"kind": "none"},
             "resources": {"people": {"path": "people", "data": "$"}}, **no_waiting},
            documents,
        ),
        "database": (
            {"format": "sql", "dialect": "postgresql", "host": server.host, "port": server.port, "database": "postgres",
             "user": server.reader, "password": {"env": SECRET}, "tls": "off", "resources": ["people"], **no_waiting},
            plain,
        ),
    }  # fmt: skip
    for system, (extract, at) in extracts.items():
        spec = {
            "system": system, "title": system.upper(), "description": "Planted.", "service": "police",
            "owner": "team:leaks", "marking": "OFFICIAL", "originator": system, "extract": extract,
            "record": {"from": "people", "key": at["ref"], "surname": at["surname"], "forenames": at["forenames"],
                       "birth_date": at["born"]},
            "items": [
                {"kind": "alert", "from": "people", "key": at["ref"],
                 "code": "CASE WHEN {0} LIKE 'FAIL%' THEN {0}::INTEGER::VARCHAR ELSE {0} END".format(at["note"])},
            ],
        }  # fmt: skip
        _write(
            folder / "sources" / f"{system}.yaml", {"type": "pipelines.components.NominalSource", "attributes": spec}
        )
    _write(folder / "audiences" / "all.yaml", {"name": "all", "title": "All", "ceiling": "OFFICIAL"})
    (folder / "gap_rules").mkdir()
    (folder / "gap_rules" / "L01.yaml").write_text(RULE, encoding="utf-8")


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
