"""Builders of nominal records from a few readable words, standardised by the real macros, and scored by the real model.

A record is written as in the YAML tables beside this module:

    {name: Brian Robert Sutton, alias: Rian Sutton, born: 1990-09-14, sex: M, pnc: 81/34U, postcode: LS1 4AB}

The last word of a name is the surname. Every field but `sex`, `ethnicity` and `nationality` takes one value or a list,
the primary first, in any form that a source system might deliver.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pyarrow as pa
from ruamel.yaml import YAML

from linkage_models import nominal, standardise
from linkage_models.nominal.bundle import SHIPPED
from linkage_models.nominal.model import common_values
from linkage_models.nominal.model.blocking import BlockingRule, catalogue, keys_sql
from linkage_models.standardise.identifiers import CHECK_ALPHABET

AS_OF_YEAR = 2026

Given = dict[str, Any]
"""A record as it is written in a table."""

IDENTIFIERS = ("pnc", "cro", "noms", "crn", "visor")
CONTACTS = ("phone", "email", "vehicle", "document")
OTHERS = {"name", "alias", "born", "birth_place", "sex", "ethnicity", "nationality", "postcode", "address", "sentenced"}
FIELDS = {*OTHERS, *IDENTIFIERS, *CONTACTS}

RECORD = """
    record_key VARCHAR, source_system VARCHAR, source_record_id VARCHAR,
    names STRUCT(kind VARCHAR, forename VARCHAR, middle_names VARCHAR, surname VARCHAR, as_given VARCHAR)[],
    birth_dates DATE[], sex VARCHAR, ethnicity VARCHAR, nationality VARCHAR, birth_place VARCHAR,
    identifiers STRUCT(kind VARCHAR, value VARCHAR, valid BOOLEAN, as_given VARCHAR)[],
    addresses STRUCT(address VARCHAR, postcode VARCHAR, from_date DATE, to_date DATE)[],
    contact_points STRUCT(kind VARCHAR, value VARCHAR)[], sentence_dates DATE[],
    content_hash VARCHAR, load_id VARCHAR, landed_row BIGINT, partial_birth_dates VARCHAR[]
"""
"""The columns of `nominal.record`."""

TABLES = f"""
CREATE TABLE record ({RECORD});
CREATE TABLE edge (
    record_l VARCHAR, record_r VARCHAR, match_weight DOUBLE, match_probability DOUBLE,
    evidence STRUCT(comparison VARCHAR, level VARCHAR, weight DOUBLE)[], bundle VARCHAR
);
CREATE TABLE scored (record_key VARCHAR, feature_hash VARCHAR, bundle VARCHAR);
CREATE TABLE capped_block (blocking_key UBIGINT, rule VARCHAR, records BIGINT);
"""

DECISION = """
    CREATE TABLE decision (decision_id VARCHAR, record_a VARCHAR, record_b VARCHAR, verdict VARCHAR,
        decided_by VARCHAR, decided_at TIMESTAMP, reason VARCHAR, withdrawn_by VARCHAR, withdrawn_at TIMESTAMP,
        withdrawn_reason VARCHAR)
"""
"""Makes a table of people's rulings, with none in it."""

_TEXTS = pa.list_(pa.string())
_NAME = pa.struct({name: pa.string() for name in ("kind", "forenames", "surname")})
_CODED = pa.list_(pa.struct({"kind": pa.string(), "value": pa.string()}))
_GIVEN = pa.schema(
    {
        "record_key": pa.string(),
        "names": pa.list_(_NAME),
        "born": _TEXTS,
        "sex": pa.string(),
        "ethnicity": pa.string(),
        "nationality": pa.string(),
        "identifiers": _CODED,
        "postcodes": _TEXTS,
        "address": pa.string(),
        "birth_place": pa.string(),
        "contacts": _CODED,
        "sentenced": _TEXTS,
    }
)

STANDARDISED = f"""
    SELECT
        record_key, split_part(record_key, ':', 1) AS source_system, split_part(record_key, ':', 2) AS source_record_id,
        list_filter(list_transform(names, lambda n: std_name(n.kind, n.forenames, NULL, n.surname)),
            lambda n: n IS NOT NULL) AS names,
        list_filter(list_transform(born, lambda d: std_birth_date(try_cast(d AS DATE))), lambda d: d IS NOT NULL)
            AS birth_dates,
        list_filter(list_transform(born, lambda d: std_partial_birth_date(d)), lambda d: d IS NOT NULL)
            AS partial_birth_dates,
        std_sex(sex) AS sex, ethnicity, nationality, birth_place,
        list_filter(list_transform(identifiers, lambda i: std_identifier(i.kind, i.value, {AS_OF_YEAR})),
            lambda i: i IS NOT NULL) AS identifiers,
        list_transform(postcodes, lambda p: struct_pack(
            address := address, postcode := std_postcode(p), from_date := NULL::DATE, to_date := NULL::DATE
        )) AS addresses,
        list_filter(list_transform(contacts, lambda c: std_contact_point(c.kind, c.value)),
            lambda c: c IS NOT NULL) AS contact_points,
        list_transform(sentenced, lambda d: d::DATE) AS sentence_dates,
        md5(record_key) AS content_hash, 'load' AS load_id, row_number() OVER () AS landed_row
    FROM given
"""
"""What canonicalising does to the values of one record."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One scored pair: its weight, probability and evidence, as it stands in the table of edges."""

    record_l: str
    record_r: str
    match_weight: float
    match_probability: float
    evidence: tuple[tuple[str, str, float], ...]
    bundle: str

    @property
    def found(self) -> dict[str, str]:
        """The level that each comparison named in the evidence found."""
        return {comparison: level for comparison, level, _ in self.evidence}


class Warehouse:
    """Nominal records, their edges and what was scored, in an in-memory DuckDB."""

    def __init__(self, records: dict[str, Given] | None = None, *, threads: int = 1) -> None:
        self.con = duckdb.connect(config={"threads": threads})
        standardise.register(self.con)
        self.con.execute(TABLES)
        self.put(records or {})

    def put(self, records: dict[str, Given]) -> None:
        """Insert records by their key (`system:id`), in the order given; one that is there is replaced."""
        self.remove(*records)
        self.con.register("given", pa.Table.from_pylist([_row(*item) for item in records.items()], schema=_GIVEN))
        self.con.execute(f"INSERT INTO record BY NAME {STANDARDISED}")
        self.con.unregister("given")

    def remove(self, *keys: str) -> None:
        """Delete records."""
        self.con.execute("DELETE FROM record WHERE list_contains($keys::VARCHAR[], record_key)", {"keys": list(keys)})

    def score(
        self, bundle: nominal.Bundle | None = None, engine: nominal.Engine = nominal.DUCKDB
    ) -> nominal.ScoreCounts:
        """Bring the edges up to date with the records, with the shipped bundle where none is given."""
        return nominal.score(
            self.con,
            records="record",
            edges="edge",
            scored="scored",
            capped="capped_block",
            bundle=bundle or shipped_bundle(),
            engine=engine,
        )

    def edges(self) -> dict[tuple[str, str], Edge]:
        """Return every edge by its two record keys."""
        rows = self.con.execute("FROM edge").fetchall()
        edges = [
            Edge(one, other, weight, probability, tuple(tuple(part.values()) for part in evidence), bundle)
            for one, other, weight, probability, evidence, bundle in rows
        ]
        found = {(edge.record_l, edge.record_r): edge for edge in edges}
        assert len(found) == len(rows), "a pair has two edges"
        return found


@cache
def shipped_bundle() -> nominal.Bundle:
    """Return the newest bundle that the product ships."""
    return nominal.Bundle.load(nominal.latest(SHIPPED))


def table(name: str) -> list[dict[str, Any]]:
    """Return the rows of one of the YAML tables beside this module."""
    rows: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name(f"{name}.yaml"))
    return rows


def scored_pairs(pairs: dict[str, tuple[Given, Given]], bundle: nominal.Bundle | None = None) -> dict[str, Edge | None]:
    """Score many pairs at once, each by its own name; None where the pair is not compared or is below review.

    Many pairs of a table have one address or number, which no other pair is to know: it is not taken for a value that
    too many share. So the pairs do not disturb each other.
    """
    # Systems of their own: many records of one system that say the same are compared with one of them alone.
    keys = {name: (f"pnc{place:05}:1", f"nomis{place:05}:1") for place, name in enumerate(pairs)}
    records = {key: given for name, pair in pairs.items() for key, given in zip(keys[name], pair, strict=True)}
    warehouse = Warehouse(records)
    with patch.multiple(common_values, MANY=len(records), FEWEST=len(records)):
        warehouse.score(bundle)
    edges = warehouse.edges()
    return {name: edges.get((min(pair), max(pair))) for name, pair in keys.items()}


def rules_that_find(one: Given, other: Given, rules: tuple[BlockingRule, ...] = catalogue()) -> set[str]:
    """Return the names of the blocking rules by which two records are compared."""
    con = Warehouse({"pnc:1": one, "nomis:1": other}).con
    nominal.build_features(con, "record", "feature")
    found = set()
    for rule in rules:
        keys: dict[str, set[int]] = {"pnc:1": set(), "nomis:1": set()}
        for record, key in con.execute(keys_sql("feature", "record_key", (rule,))).fetchall():
            if key is not None:
                keys[record].add(key)
        if keys["pnc:1"] & keys["nomis:1"]:
            found.add(rule.name)
    return found


def pnc(year: int, serial: int) -> str:
    """Return a valid PNCID."""
    return f"{year}/{serial:07}{CHECK_ALPHABET[(year % 100 * 10_000_000 + serial) % 23]}"


def cro(year: int, serial: int) -> str:
    """Return a valid standard CRO."""
    return f"{serial:06}/{year % 100:02}{CHECK_ALPHABET[(year % 100 * 1_000_000 + serial) % 23]}"


def population(people: int, seed: int, *, identifiers: bool = True) -> dict[str, Given]:
    """Return records of invented people, one to three each in different systems, with slips and in shuffled order.

    Names, dates and postcodes come from short lists, so that strangers, families and twins meet often.
    """
    rng = random.Random(seed)  # noqa: S311 - a reproducible sample, not a secret
    records: dict[str, Given] = {}
    for person in range(people):
        given = _person(rng, identifiers=identifiers)
        for system in rng.sample(("pnc", "nomis", "ndelius"), rng.choice((1, 1, 2, 3))):
            records[f"{system}:{person:04}"] = _as_held(given, rng)
    keys = list(records)
    rng.shuffle(keys)
    return {key: records[key] for key in keys}


FORENAMES = (
    "Brian", "Rian", "Mohammed", "Muhammad", "David", "Dave", "Sarah", "Amina", "John", "Jon", "Oluwaseun", "Kateryna",
)  # fmt: skip
MIDDLES = ("", "", "Robert", "Ali", "Grace")
SURNAMES = ("Sutton", "Khan", "Williams", "Begum", "O'Connor", "Kovalenko", "Adeyemi", "Jones", "Singh", "Featherstone")


def _person(rng: random.Random, *, identifiers: bool) -> Given:
    forename, middle, surname = rng.choice(FORENAMES), rng.choice(MIDDLES), rng.choice(SURNAMES)
    born = date(1980, 1, 1) + timedelta(days=37 * rng.randrange(200))
    given: Given = {
        "name": " ".join(word for word in (forename, middle, surname) if word),
        "born": born.isoformat(),
        "sex": rng.choice("MMMF"),
        "postcode": [f"LS{rng.randint(1, 9)} {rng.randint(1, 9)}AB"],
        "ethnicity": rng.choice(("W1", "B1", "A1")),
    }
    if rng.random() < 0.3:
        given["alias"] = f"{rng.choice(FORENAMES)} {rng.choice(SURNAMES)}"
    if rng.random() < 0.4:
        given["sentenced"] = (date(2020, 1, 6) + timedelta(days=7 * rng.randrange(150))).isoformat()
    if rng.random() < 0.3:
        given["phone"] = f"07700 900{rng.randrange(1000):03}"
    if identifiers:
        year, serial = rng.randint(1995, 2020), rng.randint(1, 300_000)
        given |= {"pnc": pnc(year, serial), "cro": cro(year, rng.randint(1, 300_000))}
        given |= {"noms": f"A{rng.randrange(10_000):04}BC", "crn": f"X{rng.randrange(1_000_000):06}"}
    return given


def _as_held(person: Given, rng: random.Random) -> Given:
    """Return a person as one system holds them: some fields absent, some with a slip."""
    held = dict(person)
    for field in ("pnc", "cro", "noms", "crn", "phone", "sentenced", "postcode", "born", "sex"):
        if rng.random() < 0.25:
            held.pop(field, None)
    if rng.random() < 0.1:
        held["name"] = f"{rng.choice(FORENAMES)} {held['name'].split()[-1]}"
    if rng.random() < 0.1:
        held["born"] = (date(1980, 1, 1) + timedelta(days=37 * rng.randrange(200))).isoformat()
    if rng.random() < 0.1:
        held["postcode"] = [*held.get("postcode", []), f"LS{rng.randint(1, 9)} {rng.randint(1, 9)}AB"]
    return held


def _row(key: str, given: Given) -> dict[str, Any]:
    """Return a record as a row of the source's own values, nothing standardised yet."""
    unknown = given.keys() - FIELDS
    assert not unknown, f"no field of a record: {sorted(unknown)}"
    return {
        "record_key": key,
        "names": [
            {"kind": kind, "forenames": " ".join(words[:-1]), "surname": words[-1]}
            for kind, field in (("primary", "name"), ("alias", "alias"))
            for words in map(str.split, _list(given, field))
        ],
        "born": _list(given, "born"),
        "sex": given.get("sex"),
        "ethnicity": given.get("ethnicity"),
        "nationality": given.get("nationality"),
        "identifiers": [{"kind": kind, "value": value} for kind in IDENTIFIERS for value in _list(given, kind)],
        "postcodes": _list(given, "postcode") or ([None] if "address" in given else []),
        "address": given.get("address"),
        "birth_place": given.get("birth_place"),
        "contacts": [{"kind": kind, "value": value} for kind in CONTACTS for value in _list(given, kind)],
        "sentenced": _list(given, "sentenced"),
    }


def _list(given: Given, field: str) -> list[str]:
    value = given.get(field)
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [str(item) for item in values]
