"""Staging: walked once, gone afterwards, and known by a digest of all that decides."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from linkage_models import standardise
from pipelines.canonical import staging
from pipelines.canonical.applied import Applied
from pipelines.canonical.apply import apply_latest
from pipelines.canonical.staging import STAGED, Staging, mapping_hash
from pipelines.errors import ConfigurationError
from pipelines.landing.land import land
from pipelines.settings import Settings
from pipelines.source import SourceSpec
from pipelines.warehouse.database import writer

SOURCE: dict[str, Any] = {
    "system": "toy", "title": "Toy", "description": "A toy.", "service": "police", "owner": "team:toy",
    "marking": "OFFICIAL", "originator": "Toy force", "max_quarantine_share": 0.5, "max_deleted_share": 1.0,
    "extract": {"format": "json", "layout": "lines", "resources": {"people": "people.jsonl", "cases": "cases.jsonl"}},
    "record": {"from": "people", "key": "document->>'$.ref'", "surname": "document->>'$.name'"},
    "items": [
        {"kind": "name", "from": "people", "each": "$.aliases", "key": "document->>'$.ref'", "surname": "each->>'$'"},
        {"kind": "alert", "from": "cases", "each": "$.alerts", "key": "document->>'$.ref'", "code": "each->>'$'"},
    ],
}  # fmt: skip

PEOPLE = [{"ref": ref, "name": f"Name{ref}", "aliases": ["Other"]} for ref in "ABCDEFGH"]
CASES = [{"ref": ref, "alerts": ["X", "Y"]} for ref in "ABCDEFGH"]


class Home:
    """A small source of documents in a home of its own; each delivery is a night."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.night = folder, 0
        (folder / "toy.yaml").write_text("attributes: {}\n", encoding="utf-8")

    def deliver(self, con: DuckDBPyConnection, people: list[Any], cases: list[Any], **changed: Any) -> Applied:
        self.night += 1
        settings = self.settings()
        settings.deliveries.mkdir(exist_ok=True)
        for name, rows in (("people", people), ("cases", cases)):
            lines = "".join(json.dumps(row) + "\n" for row in rows)
            (settings.deliveries / f"{name}.jsonl").write_text(lines, encoding="utf-8")
        spec = SourceSpec.model_validate(SOURCE | changed)
        land("toy", spec.extract, settings)
        return apply_latest(con, spec, self.folder / "toy.yaml", settings.landing, settings.now())

    def settings(self) -> Settings:
        as_of = datetime(2026, 3, max(self.night, 1), tzinfo=UTC)
        return Settings(home=self.folder, as_of=as_of)


def temporary(con: DuckDBPyConnection) -> set[str]:
    """Return the names of every temporary table, view and macro."""
    found = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE temporary UNION ALL "
        "SELECT view_name FROM duckdb_views() WHERE temporary AND NOT internal UNION ALL "
        "SELECT function_name FROM duckdb_functions() WHERE database_name = 'temp' AND NOT internal"
    ).fetchall()
    return {name for (name,) in found}


def test_canonicalising_leaves_no_temporary_relation_behind(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with writer(home.settings()) as con:
        standardise.register(con)  # these stay with the connection
        before = temporary(con)
        assert home.deliver(con, PEOPLE, CASES).refused is None
        assert temporary(con) == before
        # A night that stages what it touches alone, one that is refused, and one whose mapping fails on a value.
        assert home.deliver(con, [*PEOPLE[:-1], PEOPLE[-1] | {"name": "Changed"}], CASES).records_changed == 1
        assert temporary(con) == before
        assert "rows are in quarantine" in str(home.deliver(con, [{}] * 30, CASES).refused)
        assert temporary(con) == before
        fails = SOURCE["record"] | {"birth_date": "(document->>'$.name')::DATE"}
        assert "on a value that toy delivered" in str(home.deliver(con, PEOPLE, CASES, record=fails).refused)
        assert temporary(con) == before


def test_a_refused_load_is_staged_once_and_its_quarantine_can_be_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged, stage = [], Staging.stage

    def counting(one: Staging) -> None:
        staged.append(one.load.load_id)
        stage(one)

    monkeypatch.setattr(Staging, "stage", counting)
    home = Home(tmp_path)
    with writer(home.settings()) as con:
        refused = home.deliver(con, [{}] * 30, CASES)
        assert refused.refused is not None
        assert staged == [refused.load.load_id]
        assert con.execute("SELECT reason, count(*) FROM nominal.quarantine GROUP BY ALL ORDER BY ALL").fetchall() == [
            ("missing_key", 30), ("unknown_record", 16),
        ]  # fmt: skip
        assert con.execute("SELECT count(*) FROM nominal.record").fetchall() == [(0,)]


def test_lists_inside_rows_that_are_no_persons_are_counted_whole(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with writer(home.settings()) as con:
        # More cases than people, so that a row of one has no row of the other beside it.
        applied = home.deliver(con, PEOPLE[:2], CASES[:2] * 2 + CASES[4:5], max_quarantine_share=1.0)
    assert applied.balances["cases.alerts"] == (10, 8, 2, 0)
    assert applied.reasons == {"unknown_record": 2}


@pytest.mark.parametrize(
    ("part", "field", "expression"),
    [
        ("record", "surname", "key"),
        ("record", "middle_names", "surname"),
        ("items", "when", "kind = 'alert'"),
        ("items", "code", "resource"),
        ("items", "detail", {"said": "code"}),
    ],
)
def test_an_expression_reads_what_was_landed_and_never_what_another_field_says(
    part: str, field: str, expression: object, tmp_path: Path
) -> None:
    record, (names, alerts) = SOURCE["record"], SOURCE["items"]
    changed = {
        "record": {"record": record | {field: expression}},
        "items": {"items": [names, alerts | {field: expression}]},
    }[part]
    home = Home(tmp_path)
    with writer(home.settings()) as con, pytest.raises(ConfigurationError, match="does not fit what toy delivers"):
        home.deliver(con, PEOPLE, CASES, **changed)


@pytest.mark.parametrize("changed", sorted(str(path.relative_to(STAGED)) for path in STAGED.rglob("*.sql")))
def test_a_change_of_any_statement_that_decides_has_every_load_staged_anew(
    changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = SourceSpec.model_validate(SOURCE)
    before = mapping_hash(spec)
    copied = shutil.copytree(STAGED, tmp_path / "staged")
    monkeypatch.setattr(staging, "STAGED", copied)
    assert mapping_hash(spec) == before
    with (copied / changed).open("a", encoding="utf-8") as file:
        file.write("WHERE true\n")
    assert mapping_hash(spec) != before
