"""The night, end to end on the shipped sample: what design invariants 1, 3, 4, 5, 7 and 8 promise of a whole run."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.pipelines.nights import SAMPLE, ask, conjoin, contents, copy_of, refused, snapshot
from tests.pipelines.ruled import Ruled

pytestmark = pytest.mark.slow


def test_every_row_of_every_source_is_accounted_for(night_one: Path) -> None:
    unbalanced = ask(
        night_one,
        "SELECT * FROM linked.source_load WHERE rows_extracted <> rows_accepted + rows_quarantined + rows_deleted",
    )
    assert unbalanced == []
    ((systems, quarantined),) = ask(
        night_one, "SELECT count(DISTINCT source_system), sum(rows_quarantined) FROM linked.source_load"
    )
    assert systems == 7
    with duckdb.connect(str(night_one / "warehouse.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM nominal.quarantine").fetchone() == (quarantined,)


def test_as_many_rows_are_accounted_for_as_a_plain_reader_finds(night_one: Path) -> None:
    counted: dict[str, int] = {}
    night = SAMPLE / "night-1"
    for file in (night / "rms").glob("*.csv"):
        with file.open(newline="", encoding="utf-8") as rows:
            counted[f"rms {file.stem}"] = sum(1 for _ in csv.DictReader(rows))
    for system in ("nomis", "ndelius", "oasys"):
        with closing(sqlite3.connect(night / system / f"{system}.sqlite")) as con:
            for (table,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                counted[f"{system} {table}"] = con.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    for system, resource, documents in (
        ("ctnm", "cases", json.loads((night / "ctnm" / "cases.json").read_text(encoding="utf-8"))),
        (
            "visor",
            "nominals",
            [
                json.loads(line)
                for line in (night / "visor" / "nominals.jsonl").read_text(encoding="utf-8").splitlines()
            ],
        ),
    ):
        counted[f"{system} {resource}"] = len(documents)
        for document in documents:
            for field, held in document.items():
                if isinstance(held, list):
                    nested = f"{system} {resource}.{field}"
                    counted[nested] = counted.get(nested, 0) + len(held)
    types = Counter(
        line[:3] for line in (night / "pnc" / "PNC_NOMINALS.txt").read_text(encoding="latin-1").splitlines()
    )
    # The warehouse counts all of them; an audience's snapshot counts those that it may see.
    with duckdb.connect(str(night_one / "warehouse.duckdb"), read_only=True) as con:
        loads = con.execute("SELECT source_system || ' ' || resource, rows_extracted FROM nominal.load").fetchall()
    extracted = dict(loads)
    lines = sum(count for kind, count in types.items() if kind not in {"HDR", "TRL"})
    assert sum(rows for name, rows in extracted.items() if name.startswith("pnc ")) == lines
    assert {name: rows for name, rows in extracted.items() if not name.startswith("pnc ")} == counted


@pytest.fixture(scope="module")
def again(night_one: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Return a home in which a second run went over the unchanged inputs of night 1, and its summary."""
    home = copy_of(night_one, tmp_path_factory.mktemp("again"))
    return home, json.loads(conjoin(home, "run", "--json").stdout)


def test_the_summary_agrees_with_the_snapshot(again: tuple[Path, dict[str, Any]]) -> None:
    home, summary = again
    assert ask(home, "SELECT count(*), sum(record_count) FROM linked.subject") == [
        (summary["subjects"]["subjects"], summary["subjects"]["records"])
    ]
    assert {row["severity"]: row["open"] for row in summary["gaps"]} == dict(
        ask(home, "SELECT severity, count(*) FROM linked.information_gap WHERE status = 'open' GROUP BY 1")
    )
    assert len(summary["examples"]) == 3


def test_a_second_run_over_unchanged_inputs_changes_nothing(
    night_one: Path, again: tuple[Path, dict[str, Any]]
) -> None:
    home, _ = again
    assert contents(home) == contents(night_one)
    assert ask(home, "SELECT count(*) FROM linked.run") == [(2,)]


def test_the_second_night_keeps_ids_and_resolves_retired_ones(night_one: Path, night_two: Path) -> None:
    home = night_two
    before = dict(ask(night_one, "SELECT record_key, subject_id FROM linked.subject_record"))
    after = dict(ask(home, "SELECT record_key, subject_id FROM linked.subject_record"))
    assert set(after) - set(before), "night 2 brings new records"
    assert set(before) - set(after), "night 2 deletes and merges records"
    live = set(after.values())
    happened = "SELECT count(*) FROM linked.subject_event WHERE happened_at = (SELECT max(as_of) FROM linked.run)"
    assert ask(home, happened)[0][0] > 0
    retired = set(before.values()) - live
    assert retired, "night 2 retires subjects"
    holds_now: dict[object, set[object]] = {old: set() for old in retired}
    for key, old in before.items():
        if old in retired and key in after:
            holds_now[old].add(after[key])
    for old, wanted in holds_now.items():
        found = {subject for (subject,) in ask(home, f"SELECT subject_id FROM linked.current_subject('{old}')")}
        assert wanted <= found <= live, "a retired id leads to every subject that holds one of its records now"
    # A subject whose records all stayed, and that nothing joined, kept its id.
    members_before: dict[object, set[object]] = {}
    members_after: dict[object, set[object]] = {}
    for key, subject in before.items():
        members_before.setdefault(subject, set()).add(key)
    for key, subject in after.items():
        members_after.setdefault(subject, set()).add(key)
    unchanged = [subject for subject, members in members_before.items() if members in members_after.values()]
    assert unchanged
    assert all(members_after[subject] == members_before[subject] for subject in unchanged)
    # A record that its source merged into another left no subject behind but the survivor's.
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        merges = con.execute("SELECT merged_key, surviving_key FROM nominal.merge").fetchall()
    merged = [(gone, survivor) for gone, survivor in merges if gone in before and survivor in after]
    assert merged, "night 2 merges records in their source"
    for gone, survivor in merged:
        assert gone not in after
        assert (after[survivor],) in ask(home, f"SELECT subject_id FROM linked.current_subject('{before[gone]}')")


def test_a_persons_decision_wins_and_can_be_withdrawn(ruled: Ruled, tmp_path: Path) -> None:
    home, (first, second), stranger = copy_of(ruled.home, tmp_path), ruled.parted, ruled.stranger
    contrary = refused(home, "decide", "same", second, stranger, "--by", "b", "--reason", "no")
    assert "withdraw" in contrary
    belongs = dict(ask(home, "SELECT record_key, subject_id FROM linked.subject_record"))
    assert belongs[first] != belongs[second]
    assert belongs[first] == belongs[stranger]
    conjoin(home, "decide", "withdraw", ruled.decision, "--by", "a.person", "--reason", "mistaken")
    conjoin(home, "run", "--json")
    belongs = dict(ask(home, "SELECT record_key, subject_id FROM linked.subject_record"))
    assert belongs[first] == belongs[second]


def told_dagster(home: Path) -> Iterator[str]:
    """Every value in Dagster's databases, and every other file it wrote.

    Column by column: in the raw bytes of a page, the end of one column and the start of the next read as one word.
    """
    for path in home.rglob("*"):
        if path.is_file() and path.suffix != ".db":
            yield path.read_text(encoding="utf-8", errors="replace")
        elif path.is_file():
            with closing(sqlite3.connect(path)) as con:
                for (table,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    for row in con.execute(f'SELECT * FROM "{table}"'):
                        yield from (x.decode(errors="replace") if isinstance(x, bytes) else str(x) for x in row)


def test_no_log_or_error_holds_a_personal_value(night_two: Path) -> None:
    home = night_two
    names = {str(name) for (name,) in ask(home, "SELECT DISTINCT display_name FROM linked.subject") if name}
    identifiers = {
        str(value)
        for (value,) in ask(home, "SELECT DISTINCT unnest(identifiers).value FROM linked.subject")
        if len(str(value)) > 5
    }
    written = [home.parent / "said.txt", home / "audit" / "audit.jsonl"]
    told = told_dagster(home.parent / f"{home.name}-dagster")
    text = "\n".join([*(file.read_text(encoding="utf-8") for file in written), *told])
    assert "ASSET_MATERIALIZATION" in text, "what the run told Dagster was read"
    assert [value for value in (*names, *identifiers) if value and len(value) > 6 and value in text] == []


def test_explain_answers_on_the_snapshot(night_one: Path, tmp_path: Path) -> None:
    home = copy_of(night_one, tmp_path)
    ((subject,),) = ask(home, "SELECT subject_id FROM linked.subject WHERE record_count > 3 ORDER BY 1 LIMIT 1")
    assert str(subject) in conjoin(home, "explain", str(subject)).stdout


def test_every_query_of_the_guide_to_analysts_answers(night_one: Path) -> None:
    guide = Path("docs/how-to/query-the-snapshot.md").read_text(encoding="utf-8")
    queries = re.findall(r"```sql\n(.*?)```", guide, re.DOTALL)
    assert len(queries) > 10
    with duckdb.connect(str(snapshot(night_one)), read_only=True) as con:
        silent = [query for query in queries if not con.execute(query).fetchall()]
    assert silent == []


def test_the_name_that_the_readme_looks_for_is_found(night_one: Path) -> None:
    (name,) = re.findall(r"find_subject\('([^']+)'\)", Path("README.md").read_text(encoding="utf-8"))
    assert ask(night_one, f"FROM linked.find_subject('{name}')")
