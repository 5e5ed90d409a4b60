"""The night, end to end on the shipped sample: what design invariants 1, 3, 4, 5, 7 and 8 promise of a whole run."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

import sample_data

SAMPLE = Path(sample_data.__file__).parent / "small"
LINKED = (
    "subject", "subject_record", "link", "information", "coverage", "information_gap", "subject_event", "source_load",
    "membership_history", "data_dictionary",
)  # fmt: skip
pytestmark = pytest.mark.slow


def conjoin(home: Path, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does, in a home and a Dagster home of its own."""
    dagster_home = home.parent / f"{home.name}-dagster"
    dagster_home.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path("dagster_home") / "dagster.yaml", dagster_home)
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *arguments, "--home", str(home)],
        env={**os.environ, "DAGSTER_HOME": str(dagster_home), **environment},
        capture_output=True,
        text=True,
        check=check,
        timeout=600,
    )


def snapshot(home: Path) -> Path:
    return home / "published" / "joint" / "current.duckdb"


def ask(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(snapshot(home)), read_only=True) as con:
        return con.execute(sql).fetchall()


def contents(home: Path) -> dict[str, str]:
    """Return a hash of every linked table's rows in the order they lie.

    `run` is left out, being the log of runs, and so are the names of runs in events: two runs have two names.
    """
    hashes = {}
    for table in LINKED:
        columns = "* EXCLUDE (run_id)" if table == "subject_event" else "*"
        sql = f"SELECT md5(string_agg(t::VARCHAR, '\n')) FROM (SELECT {columns} FROM linked.{table}) AS t"
        ((digest,),) = ask(home, sql)
        hashes[table] = str(digest)
    return hashes


@pytest.fixture(scope="module")
def night_one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which night 1 of the shipped sample has been linked; tests that change it take a copy."""
    home = tmp_path_factory.mktemp("night") / "home"
    conjoin(home, "demo", "--json")
    return home


def copy_of(home: Path, folder: Path) -> Path:
    copied = folder / "home"
    shutil.copytree(home, copied, symlinks=True)
    current = snapshot(copied)
    target = current.readlink()
    if target.is_absolute():
        current.unlink()
        current.symlink_to(copied / target.relative_to(home))
    return copied


def test_every_row_of_every_source_is_accounted_for(night_one: Path) -> None:
    unbalanced = ask(
        night_one,
        "SELECT * FROM linked.source_load WHERE rows_extracted <> rows_accepted + rows_quarantined",
    )
    assert unbalanced == []
    ((systems, quarantined),) = ask(
        night_one, "SELECT count(DISTINCT source_system), sum(rows_quarantined) FROM linked.source_load"
    )
    assert systems == 7
    with duckdb.connect(str(night_one / "warehouse.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM nominal.quarantine").fetchone() == (quarantined,)


def test_the_summary_agrees_with_the_snapshot(night_one: Path, tmp_path: Path) -> None:
    home = copy_of(night_one, tmp_path)
    summary = json.loads(conjoin(home, "run", "--json").stdout)
    assert ask(home, "SELECT count(*), sum(record_count) FROM linked.subject") == [
        (summary["subjects"]["subjects"], summary["subjects"]["records"])
    ]
    assert {row["severity"]: row["open"] for row in summary["gaps"]} == dict(
        ask(home, "SELECT severity, count(*) FROM linked.information_gap WHERE status = 'open' GROUP BY 1")
    )
    assert len(summary["examples"]) == 3


def test_a_second_run_over_unchanged_inputs_changes_nothing(night_one: Path, tmp_path: Path) -> None:
    home = copy_of(night_one, tmp_path)
    before = contents(home)
    conjoin(home, "run", "--json")
    assert contents(home) == before
    assert ask(home, "SELECT count(*) FROM linked.run") == [(2,)]


def test_the_same_inputs_give_the_same_tables_whatever_the_thread_count(night_one: Path, tmp_path: Path) -> None:
    home = tmp_path / "other"
    conjoin(home, "demo", "--json", CONJOIN_THREADS="1")
    assert contents(home) == contents(night_one)


def test_the_second_night_keeps_ids_and_resolves_retired_ones(night_one: Path, tmp_path: Path) -> None:
    home = copy_of(night_one, tmp_path)
    with duckdb.connect(str(snapshot(home)), read_only=True) as con:
        before = dict(con.execute("SELECT record_key, subject_id FROM linked.subject_record").fetchall())
        conjoin(home, "demo", "--night", "2", "--json")
        # A reader with the old file open is not disturbed.
        assert con.execute("SELECT count(*) FROM linked.subject_record").fetchone() == (len(before),)
    after = dict(ask(home, "SELECT record_key, subject_id FROM linked.subject_record"))
    assert set(after) - set(before), "night 2 brings new records"
    assert set(before) - set(after), "night 2 deletes and merges records"
    kept = [key for key in before if key in after]
    moved = {(before[key], after[key]) for key in kept if before[key] != after[key]}
    live = set(after.values())
    ((events,),) = ask(home, "SELECT count(*) FROM linked.subject_event WHERE at = (SELECT max(as_of) FROM linked.run)")
    assert events > 0
    for old in {old for old, _ in moved} | {before[key] for key in before if key not in after}:
        if old not in live:
            answer = ask(home, f"SELECT * FROM linked.current_subject('{old}')")
            assert isinstance(answer, list)
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
    merged_away = ask(home, "SELECT count(*) FROM linked.subject_event WHERE reason LIKE '%merged in source%'")
    assert merged_away[0][0] > 0


def test_a_persons_decision_wins_and_can_be_withdrawn(night_one: Path, tmp_path: Path) -> None:
    home = copy_of(night_one, tmp_path)
    ((subject, first, second),) = ask(
        home,
        "SELECT subject_id, min(record_key), max(record_key) FROM linked.subject_record GROUP BY 1 "
        "HAVING count(*) = 2 ORDER BY 1 LIMIT 1",
    )
    ((stranger,),) = ask(
        home,
        f"SELECT max(record_key) FROM linked.subject_record WHERE subject_id <> '{subject}' AND source_system = 'rms'",
    )
    said = conjoin(home, "decide", "different", str(first), str(second), "--by", "a.person", "--reason", "twins").stdout
    conjoin(home, "decide", "same", str(first), str(stranger), "--by", "a.person", "--reason", "fingerprints")
    contrary = conjoin(
        home, "decide", "same", str(second), str(stranger), "--by", "b", "--reason", "no", check=False
    )  # fmt: skip
    assert contrary.returncode == 1
    assert contrary.stderr.startswith("conjoin: ")
    conjoin(home, "run", "--json")
    belongs = dict(ask(home, "SELECT record_key, subject_id FROM linked.subject_record"))
    assert belongs[first] != belongs[second]
    assert belongs[first] == belongs[stranger]
    decision = re.search(r"D[0-9a-f]{12}", said)
    assert decision
    conjoin(home, "decide", "withdraw", decision[0], "--by", "a.person", "--reason", "mistaken")
    conjoin(home, "run", "--json")
    belongs = dict(ask(home, "SELECT record_key, subject_id FROM linked.subject_record"))
    assert belongs[first] == belongs[second]


def test_a_bad_night_publishes_nothing_and_says_why(night_one: Path, tmp_path: Path) -> None:
    home = copy_of(night_one, tmp_path)
    inbox = tmp_path / "inbox"
    shutil.copytree(SAMPLE / "night-2", inbox)
    (inbox / "nomis" / "nomis.sqlite").write_bytes(b"not a database")
    before, link = contents(home), snapshot(home).readlink()
    failed = conjoin(home, "run", check=False, CONJOIN_INBOX=str(inbox), CONJOIN_AS_OF="2026-03-03T02:00:00Z")
    assert failed.returncode == 1
    last = failed.stderr.strip().splitlines()[-1]
    assert re.match(r"conjoin: nomis: .*nomis\.sqlite cannot be read as an SQLite database; .*\.$", last)
    assert snapshot(home).readlink() == link
    assert contents(home) == before
    # The next good night makes up for it.
    conjoin(home, "demo", "--night", "2", "--json")
    assert snapshot(home).readlink() != link


def test_a_load_with_too_much_in_quarantine_blocks_publishing(night_one: Path, tmp_path: Path) -> None:
    home = copy_of(night_one, tmp_path)
    inbox = tmp_path / "inbox"
    shutil.copytree(SAMPLE / "night-1", inbox)
    aliases = inbox / "rms" / "nominals.csv"
    lines = aliases.read_text(encoding="utf-8").splitlines(keepends=True)
    aliases.write_text("".join(lines[: len(lines) // 2]) + "torn\n" * (len(lines) // 2), encoding="utf-8")
    link = snapshot(home).readlink()
    failed = conjoin(home, "run", check=False, CONJOIN_INBOX=str(inbox))
    assert failed.returncode == 1
    assert "load_is_trusted" in failed.stderr
    assert snapshot(home).readlink() == link


def test_a_run_killed_at_any_moment_leaves_the_snapshot_and_the_next_run_correct(
    night_one: Path, tmp_path: Path
) -> None:
    home, straight = copy_of(night_one, tmp_path / "killed"), copy_of(night_one, tmp_path / "straight")
    before = contents(home)
    conjoin(straight, "demo", "--night", "2", "--json")
    for delay in (4.0, 6.0, 8.0):
        process = subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", "demo", "--night", "2", "--json", "--home", str(home)],
            env={**os.environ, "DAGSTER_HOME": str(tmp_path / "dagster")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        (tmp_path / "dagster").mkdir(exist_ok=True)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert contents(home) in (before, contents(straight)) or True
        assert contents(home) in (before, contents(straight))
    conjoin(home, "demo", "--night", "2", "--json")
    assert contents(home) == contents(straight)


def test_a_second_run_beside_the_first_is_refused_in_one_sentence(night_one: Path, tmp_path: Path) -> None:
    import fcntl  # noqa: PLC0415

    home = copy_of(night_one, tmp_path)
    with (home / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = conjoin(home, "run", check=False)
    assert refused.returncode == 1
    assert re.match(r"conjoin: Another run .* is at work in .*\.$", refused.stderr.strip().splitlines()[-1])


def test_no_log_or_error_holds_a_personal_value(night_one: Path, tmp_path: Path) -> None:
    home = copy_of(night_one, tmp_path)
    said = conjoin(home, "demo", "--night", "2")
    names = {str(name) for (name,) in ask(home, "SELECT DISTINCT display_name FROM linked.subject") if name}
    identifiers = {
        str(value)
        for (value,) in ask(home, "SELECT DISTINCT unnest(identifiers).value FROM linked.subject")
        if len(str(value)) > 5
    }
    written = said.stderr + (home / "audit" / "audit.jsonl").read_text(encoding="utf-8")
    events = b"".join(path.read_bytes() for path in (tmp_path / "home-dagster").rglob("*") if path.is_file())
    text = written + events.decode(errors="replace")
    assert [value for value in (*names, *identifiers) if value and len(value) > 6 and value in text] == []


def test_explain_and_evaluate_answer_on_the_snapshot(night_one: Path) -> None:
    ((subject,),) = ask(night_one, "SELECT subject_id FROM linked.subject WHERE record_count > 3 ORDER BY 1 LIMIT 1")
    assert str(subject) in conjoin(night_one, "explain", str(subject)).stdout
    report = json.loads(conjoin(night_one, "evaluate", "--json").stdout)
    assert report
