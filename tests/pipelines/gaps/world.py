"""Small worlds for gap tests: a readable form of subjects, records, items and edges, put into a real warehouse.

    subjects:
      S1:
        nomis A1:                       # source system and record id
          name: YUSUF KHAN              # optional; YUSUF KHAN, born 1990-05-17, where nothing is said
          aliases: [ABU YUSUF]
          born: [1990-05-17]
          holds: [alert XTACT since 2025-03-03]
    edges: [nomis A1 ~ ndelius X1 at 0.62]

An item is its kind, its code or value, and then any of: `since DATE`, `on DATE`, `ended` (not in force), `tact`,
`level M2`, `category M4`, `marked SECRET`, `unmarked`. Records of one subject are joined by an edge at 0.999 each to
the next, unless both appear in `edges`.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from pipelines.gaps import GapCounts, Risk, Rule, SystemInfo, find_gaps, load_risk, load_rules
from pipelines.warehouse.catalogue import WAREHOUSE

AS_OF = datetime(2026, 3, 2, 2, 0)  # noqa: DTZ001 - the warehouse keeps naive UTC
TITLES = {
    "nomis": "NOMIS",
    "ndelius": "nDelius",
    "ctnm": "CTNM",
    "visor": "ViSOR",
    "oasys": "OASys",
    "pnc": "PNC",
    "rms": "Force RMS",
}
MARKING = "OFFICIAL-SENSITIVE"
RULES = load_rules()
RISK = load_risk()

World = Mapping[str, Any]


def systems(stale: tuple[str, ...] = ()) -> dict[str, SystemInfo]:
    """Return the seven systems, each delivered four hours before `AS_OF`, the stale ones ten days before."""
    return {
        system: SystemInfo(
            title=title,
            last_delivery=AS_OF - (timedelta(days=10) if system in stale else timedelta(hours=4)),
            max_age=timedelta(hours=36),
            record_marking=MARKING,
        )
        for system, title in TITLES.items()
    }


@contextmanager
def warehouse(world: World) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory warehouse that holds the world."""
    with duckdb.connect() as con:
        for schema in sorted({table.schema for table in WAREHOUSE}):
            con.execute(f"CREATE SCHEMA {schema}")
        for table in WAREHOUSE:
            for statement in table.ddl():
                con.execute(statement)
        fill(con, world)
        yield con


def fill(con: duckdb.DuckDBPyConnection, world: World) -> None:
    """Let the warehouse hold this world and nothing else, but keep its findings."""
    for table in (
        "nominal.record",
        "nominal.information_item",
        "linkage.edge",
        "linkage.membership",
        "linkage.decision",
    ):
        con.execute(f"DELETE FROM {table}")
    edges = [_edge(text) for text in world.get("edges", [])]
    described = {key for left, right, _ in edges for key in (left, right)}
    for subject_id, records in world["subjects"].items():
        for name, content in records.items():
            _insert_record(con, subject_id, name, content or {})
        for left, right in itertools.pairwise(sorted(_key(name) for name in records)):
            if not {left, right} <= described:
                edges.append((left, right, 0.999))
    for left, right, probability in edges:
        weight = 40.0 if probability == 1 else round(math.log2(probability / (1 - probability)), 6)
        con.execute("INSERT INTO linkage.edge VALUES (?, ?, ?, ?, [], 'test')", [left, right, weight, probability])
    for number, text in enumerate(world.get("decisions", [])):
        left, verdict, right = text.partition(" same ") if " same " in text else text.partition(" different ")
        con.execute(
            "INSERT INTO linkage.decision VALUES (?, ?, ?, ?, 'analyst', ?, 'seen', NULL, NULL, NULL)",
            [str(number), *sorted([_key(left), _key(right)]), verdict.strip(), AS_OF],
        )


def run(
    con: duckdb.DuckDBPyConnection,
    rules: tuple[Rule, ...] = RULES,
    as_of: datetime = AS_OF,
    stale: tuple[str, ...] = (),
    risk: Risk | None = RISK,
) -> GapCounts:
    """Find gaps in one transaction, as the nightly job does."""
    con.begin()
    counts = find_gaps(con, rules, as_of=as_of, systems=systems(stale), risk=risk)
    con.commit()
    return counts


def gaps(con: duckdb.DuckDBPyConnection, *columns: str, status: str = "open") -> list[Any]:
    """Return the gaps of a status, ordered, as tuples of the columns, or as values where one column is asked for."""
    rows = con.execute(
        f"SELECT {', '.join(columns)} FROM gap.finding WHERE status = ?"
        " ORDER BY rule_id, subject_id, held_by, expected_in, matter",
        [status],
    ).fetchall()
    return [row[0] for row in rows] if len(columns) == 1 else rows


def everything(con: duckdb.DuckDBPyConnection) -> list[Any]:
    """Return every row of the schema `gap`, in the order it is stored."""
    return con.execute("SELECT * FROM gap.rule").fetchall() + con.execute("SELECT * FROM gap.finding").fetchall()


def _key(name: str) -> str:
    return name.strip().replace(" ", ":")


def _edge(text: str) -> tuple[str, str, float]:
    pair, _, probability = text.partition(" at ")
    left, right = sorted(_key(name) for name in pair.split("~"))
    return left, right, float(probability)


def _name(kind: str, text: str) -> dict[str, str | None]:
    *forenames, surname = text.split(" ")
    return {
        "kind": kind,
        "forename": forenames[0] if forenames else None,
        "middle_names": " ".join(forenames[1:]) or None,
        "surname": surname,
        "as_given": text,
    }


def _insert_record(con: duckdb.DuckDBPyConnection, subject_id: str, name: str, content: Mapping[str, Any]) -> None:
    key = _key(name)
    system, record_id = key.split(":")
    names = [_name("primary", content.get("name", "YUSUF KHAN"))]
    names += [_name("alias", alias) for alias in content.get("aliases", [])]
    con.execute(
        """
        INSERT INTO nominal.record BY NAME
        SELECT $key AS record_key, $system AS source_system, $record_id AS source_record_id, $names AS names,
            $born::DATE[] AS birth_dates, 'hash' AS content_hash, 'load' AS load_id, 1 AS landed_row
        """,
        {
            "key": key, "system": system, "record_id": record_id, "names": names,
            "born": content.get("born", [date(1990, 5, 17)]),
        },
    )  # fmt: skip
    con.execute(
        "INSERT INTO linkage.membership VALUES (?, ?, ?, NULL, ?, ?)", [key, subject_id, AS_OF, subject_id, subject_id]
    )
    holds = [*content.get("holds", []), *(f"name {alias}" for alias in content.get("aliases", []))]
    for number, text in enumerate(holds):
        _insert_item(con, key, system, f"{key}/{number}", text)


def _insert_item(con: duckdb.DuckDBPyConnection, key: str, system: str, item_key: str, text: str) -> None:
    kind, *words = text.split(" ")
    said: list[str] = []
    fields: dict[str, str] = {}
    flags: set[str] = set()
    while words:
        word = words.pop(0)
        if word in {"since", "on", "level", "category", "marked"}:
            fields[word] = words.pop(0)
        elif word in {"ended", "tact", "unmarked"}:
            flags.add(word)
        else:
            said.append(word)
    text = " ".join(said)
    contact = kind in {"phone", "email", "vehicle", "document"}
    detail = {name: fields[name] for name in ("level", "category") if name in fields}
    con.execute(
        """
        INSERT INTO nominal.information_item BY NAME
        SELECT $item_key AS item_key, $key AS record_key, $system AS source_system, $kind AS kind, $code AS code,
            $value AS value, $item_date::DATE AS item_date, $from_date::DATE AS from_date, $active AS active,
            $detail::JSON AS detail, $marking AS marking, 'hash' AS content_hash, 'load' AS first_load_id,
            'load' AS load_id, 'items' AS resource, 1 AS landed_row
        """,
        {
            "item_key": item_key,
            "key": key,
            "system": system,
            "kind": "contact_point" if contact else kind,
            "code": kind if contact else None if kind == "name" else text or None,
            "value": text if contact or kind == "name" else None,
            "item_date": fields.get("on"),
            "from_date": fields.get("since"),
            "active": "ended" not in flags,
            "detail": json.dumps(detail | ({"tact": "Y"} if "tact" in flags else {})),
            "marking": None if "unmarked" in flags else fields.get("marked", MARKING),
        },
    )
