"""Bad nights: each ends in one clear sentence and leaves the last snapshot as it was (design invariant 5)."""

from __future__ import annotations

import fcntl
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import cast

import dagster as dg
import duckdb
import pytest

from pipelines.defs.feeds import HELD_BACK
from pipelines.errors import WarehouseBusyError
from pipelines.settings import Settings
from pipelines.warehouse.lock import DECISION_SECONDS, run_lock
from tests.pipelines import shipped
from tests.pipelines.nights import SAMPLE, ask, attempt, conjoin, contents, copy_of, held_back, refused, snapshot

pytestmark = pytest.mark.slow


def feed(home: Path, system: str) -> tuple[object, ...]:
    (row,) = ask(home, f"SELECT state, problem, load_id FROM linked.feed WHERE source_system = '{system}'")
    return row


def records_of(home: Path, system: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        return con.execute(f"FROM nominal.record WHERE source_system = '{system}' ORDER BY record_key").fetchall()


def latest_run(home: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[dg.DagsterRun, list[dg.EventLogEntry]]:
    """Return a home's last run, as the UI shows it, and its log."""
    monkeypatch.setenv("DAGSTER_HOME", str(home.parent / f"{home.name}-dagster"))
    with dg.DagsterInstance.get() as instance:
        (record,) = instance.get_run_records(limit=1)
        return record.dagster_run, list(instance.all_logs(record.dagster_run.run_id))


@pytest.fixture(scope="module")
def bad(night_one: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Return a home in which night 2 was run on a NOMIS that cannot be read and an RMS half torn, and what it said."""
    folder = tmp_path_factory.mktemp("bad")
    home, inbox = copy_of(night_one, folder), folder / "inbox"
    shutil.copytree(SAMPLE / "night-2", inbox)
    (inbox / "nomis" / "nomis.sqlite").write_bytes(b"not a database")
    nominals = inbox / "rms" / "nominals.csv"
    lines = nominals.read_text(encoding="utf-8").splitlines(keepends=True)
    nominals.write_text("".join(lines[: len(lines) // 2]) + "torn\n" * (len(lines) // 2), encoding="utf-8")
    return home, held_back(home, CONJOIN_INBOX=str(inbox), CONJOIN_AS_OF="2026-03-03T02:00:00Z")


def test_a_night_with_a_source_held_back_does_not_look_like_a_good_one_in_the_ui(
    bad: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, log = latest_run(bad[0], monkeypatch)
    assert run.is_success
    assert run.tags[HELD_BACK] == "nomis,rms"
    assert [entry.user_message.partition(":")[0] for entry in log if entry.level == logging.WARNING] == [
        "nomis is held back",
        "rms is held back",
    ]
    events = [entry.dagster_event for entry in log if entry.dagster_event]
    checks = [
        one
        for event in events
        if isinstance(one := event.event_specific_data, dg.AssetCheckEvaluation)
        and one.check_name == "feeds_are_current"
    ]
    published = {
        event.asset_key.path[-1]: cast("dg.TableMetadataValue", event.materialization.metadata["stale_feeds"])
        for event in events
        if event.is_step_materialization and event.asset_key and event.asset_key.path[0] == "published"
    }
    assert {one.asset_key.path[-1] for one in checks} == set(published) == {"joint"}
    for one in checks:
        assert (one.passed, one.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert one.description == (
            "2 sources are stale: nomis (its newest delivery cannot be read, see the check delivery_is_read of"
            " landing/nomis); rms (its newest load is refused, see the check load_is_trusted of nominal/rms)"
        )
    for table in published.values():
        assert [record.data["source_system"] for record in table.records] == ["nomis", "rms"]


def test_a_delivery_that_cannot_be_read_leaves_that_source_as_it_was_and_publishes_the_others(
    bad: tuple[Path, dict[str, str]], night_one: Path, night_two: Path, tmp_path: Path
) -> None:
    home, said = copy_of(bad[0], tmp_path), bad[1]["nomis"]
    _, _, load = feed(night_one, "nomis")
    assert re.match(r"nomis: .*nomis\.sqlite cannot be read as an SQLite database; have the database delivered", said)
    assert snapshot(home).readlink() != snapshot(night_one).readlink()
    assert records_of(home, "nomis") == records_of(night_one, "nomis")
    assert feed(home, "nomis") == ("failed", said, load)
    assert feed(home, "pnc")[:2] == ("current", None)
    # What NOMIS does not say proves nothing while its newest delivery is not in force.
    causes = ask(
        home,
        "SELECT DISTINCT cause FROM linked.information_gap WHERE status = 'open' AND expected_in = 'nomis'"
        " AND held_by = 'ndelius' AND cause NOT IN ('held_but_unlinked', 'not_due')",
    )
    assert causes == [("feed_stale",)]
    # The next good night makes up for it: what is published is what two good nights publish.
    conjoin(home, "demo", "--night", "2", "--json")
    assert feed(home, "nomis")[:2] == ("current", None)
    assert records_of(home, "nomis") == records_of(night_two, "nomis")


def test_a_load_with_too_much_in_quarantine_is_refused_and_the_one_before_stays(
    bad: tuple[Path, dict[str, str]], night_one: Path
) -> None:
    home, said = bad[0], bad[1]["rms"]
    _, _, load = feed(night_one, "rms")
    assert said.startswith("rms: the load is refused and the load before stays in force: ")
    assert "nominal records are gone, more than 25%" in said
    assert records_of(home, "rms") == records_of(night_one, "rms")
    state, problem, in_force = feed(home, "rms")
    assert (state, in_force) == ("refused", load)
    assert "nominal records are gone, more than 25%" in str(problem)


def test_the_demo_clears_nothing_that_is_not_of_its_sample(bad: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    home = copy_of(bad[0], tmp_path)
    before, settings = contents(home), (home / "conjoin.env").read_text()
    assert re.match(r".* holds deliveries that are not of the sample .*name another folder", refused(home, "demo"))
    assert (contents(home), (home / "conjoin.env").read_text()) == (before, settings)


def test_a_first_night_without_a_source_publishes_nothing(tmp_path: Path) -> None:
    home = shipped.home(tmp_path).home
    (home / "inbox" / "visor" / "nominals.jsonl").unlink()
    said = refused(home, "run")
    assert re.match(r"visor: .*nominals\.jsonl does not exist; check that the delivery arrived", said)
    assert not snapshot(home).exists()


@pytest.mark.long
def test_a_run_killed_at_any_moment_leaves_the_snapshot_and_the_next_run_correct(
    night_one: Path, night_two: Path, tmp_path: Path
) -> None:
    home = copy_of(night_one, tmp_path)
    before, whole = contents(home), contents(night_two)
    assert whole != before
    for step in ("landing/pnc", "nominal/pnc", "linkage/edge", "linkage/subject", "gap/finding"):
        kill_after(step, home)
        assert contents(home) in (before, whole)
    conjoin(home, "demo", "--night", "2", "--json")
    assert contents(home) == whole


def kill_after(step: str, home: Path) -> None:
    """Start night 2 and kill it as soon as it says that a step has ended, so in the midst of the next."""
    with subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "demo", "--night", "2", "--home", str(home)],
        env={**os.environ, "DAGSTER_HOME": str(home.parent / "dagster")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        for line in process.stderr:
            if line.endswith(f"  {step}\n"):
                process.kill()
        assert process.wait() == -signal.SIGKILL


def test_a_second_run_beside_the_first_is_refused_in_one_sentence(night_one: Path, tmp_path: Path) -> None:
    home = copy_of(night_one, tmp_path)
    with (home / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert re.match(r"Another run .* is at work in ", refused(home, "run"))


def test_a_run_waits_for_a_decision_that_is_being_recorded(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path)
    lock = (tmp_path / "run.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    with pytest.raises(WarehouseBusyError), run_lock(settings):
        pass
    threading.Timer(1, lock.close).start()
    with run_lock(settings, DECISION_SECONDS):
        assert lock.closed


@pytest.mark.long
def test_a_full_disk_is_one_clear_sentence_and_the_next_run_is_whole(night_one: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    # Where a limit on every file's size ends the run: Dagster's own records, canonicalising, resolving.
    for kilobytes, place in (
        (50, "Dagster cannot keep its records"),
        (6_000, "The disk that CONJOIN_HOME lies on is full"),
        (9_000, "The disk that CONJOIN_HOME lies on is full"),
    ):
        said = refused(home, "demo", largest_file=kilobytes)
        assert re.match(rf"{place}.*; free some space", said), said
        assert not snapshot(home).exists()
    conjoin(home, "demo", "--json")
    assert contents(home) == contents(night_one)


def test_a_night_that_fails_on_the_data_leaks_no_personal_value(night_one: Path, tmp_path: Path) -> None:
    home = copy_of(night_one, tmp_path)
    deployment = tmp_path / "deployment" / "sources"
    deployment.mkdir(parents=True)
    text = Path("pipelines/defs/sources/nomis/defs.yaml").read_text(encoding="utf-8")
    broken = text.replace("birth_date: birth_date", "birth_date: strptime(surname, '%Y-%m-%d')", 1)
    (deployment / "nomis.yaml").write_text(broken, encoding="utf-8")
    failed = attempt(home, "run", environment={"CONJOIN_DEPLOYMENT": str(deployment.parent)})
    assert failed.returncode == 3
    assert "nomis.yaml: an expression fails with a" in failed.stderr
    names = {str(name) for (name,) in ask(home, "SELECT unnest(names).surname FROM linked.subject") if name}
    stored = b"".join(path.read_bytes() for path in (tmp_path / "home-dagster").rglob("*") if path.is_file())
    told = failed.stderr + failed.stdout + stored.decode(errors="replace")
    assert sorted(name for name in names if len(name) > 5 and re.search(rf"\b{name}\b", told, re.IGNORECASE)) == []
