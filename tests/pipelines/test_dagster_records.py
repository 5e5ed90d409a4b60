"""What Dagster records over connections that stay open: others read it meanwhile, and nothing of it is lost."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

import dagster as dg
import psutil
import pytest
import sqlalchemy
from dagster._core.instance import InstanceRef

from pipelines.defs.dagster_records import EventRecords
from tests.house.repository import ROOT

WORDS = [f"event {number}" for number in range(20)]

KILLED = """
import os, signal, sys
import dagster as dg

with dg.DagsterInstance.get() as instance:
    run = instance.get_run_by_id(sys.argv[1])
    for words in sys.argv[2:]:
        instance.report_engine_event(words, run)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a Dagster home with the shipped settings."""
    shutil.copy(ROOT / "dagster_home" / "dagster.yaml", tmp_path)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.get() as opened:
        assert isinstance(opened.event_log_storage, EventRecords)
        yield opened


@contextmanager
def as_set_before(home: Path) -> Iterator[dg.DagsterInstance]:
    """Give the same home under settings that name no storage, as those of homes made earlier do not."""
    defaults = InstanceRef.config_defaults(str(home))["storage"]
    ref = InstanceRef.from_dir(str(home))._replace(storage_data=defaults)
    with dg.DagsterInstance.from_ref(ref) as opened:
        assert not isinstance(opened.event_log_storage, EventRecords)
        yield opened


def started(instance: dg.DagsterInstance) -> dg.DagsterRun:
    @dg.job
    def night() -> None:
        """Do nothing."""

    return instance.create_run_for_job(night, status=dg.DagsterRunStatus.STARTED)


def said(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[str]:
    return [str(entry.get_dagster_event().message) for entry in instance.all_logs(run.run_id)]


def test_what_one_process_records_another_reads_at_once(home: Path, instance: dg.DagsterInstance) -> None:
    run = started(instance)
    with as_set_before(home) as other:
        for number, words in enumerate(WORDS):
            (instance, other)[number % 2].report_engine_event(words, run)
            assert said(other, run) == said(instance, run) == WORDS[: number + 1]
        instance.report_run_failed(run)
        ended = other.get_run_by_id(run.run_id)
        assert ended
        assert ended.is_failure


def test_nothing_that_was_recorded_is_lost_when_the_process_is_killed(home: Path, instance: dg.DagsterInstance) -> None:
    run = started(instance)
    killed = subprocess.run([sys.executable, "-c", KILLED, run.run_id, *WORDS], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert said(instance, run) == WORDS
    with as_set_before(home) as other:
        assert said(other, run) == WORDS


@pytest.mark.parametrize("before", [False, True])
def test_whoever_watches_a_run_is_told_of_each_event(home: Path, instance: dg.DagsterInstance, before: bool) -> None:
    run = started(instance)
    with as_set_before(home) if before else dg.DagsterInstance.get() as watching:
        told: SimpleQueue[str] = SimpleQueue()

        def hear(entry: dg.EventLogEntry, _cursor: str) -> None:
            told.put(str(entry.get_dagster_event().message))

        watching.watch_event_logs(run.run_id, None, hear)
        for words in WORDS:
            instance.report_engine_event(words, run)
            assert told.get(timeout=20) == words
        watching.end_watch_event_logs(run.run_id, hear)


def test_many_threads_record_and_read_many_runs_over_few_files(home: Path, instance: dg.DagsterInstance) -> None:
    runs = [started(instance) for _ in range(6)]

    def record(words: str) -> None:
        for run in runs:
            instance.report_engine_event(words, run)
            assert instance.get_run_by_id(run.run_id)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(record, WORDS))
    assert all(sorted(said(instance, run)) == sorted(WORDS) for run in runs)
    held = {Path(file.path).name for file in psutil.Process().open_files() if file.path.startswith(str(home))}
    assert {name for name in held if name.endswith(".db")} == {"runs.db", f"{runs[-1].run_id}.db"}


def test_an_event_opens_no_connection_of_its_own(instance: dg.DagsterInstance) -> None:
    run = started(instance)
    instance.report_engine_event("the first", run)
    opened = []

    def count(connection: object, _record: object) -> None:
        opened.append(connection)

    sqlalchemy.event.listen(sqlalchemy.Pool, "connect", count)
    try:
        for words in WORDS:
            instance.report_engine_event(words, run)
            instance.get_run_by_id(run.run_id)
        assert said(instance, run) == ["the first", *WORDS]
    finally:
        sqlalchemy.event.remove(sqlalchemy.Pool, "connect", count)
    assert not opened


def test_events_that_are_wiped_are_gone_and_new_ones_are_kept(home: Path, instance: dg.DagsterInstance) -> None:
    run = started(instance)
    instance.report_engine_event("old", run)
    instance.event_log_storage.wipe()
    instance.report_engine_event("new", run)
    assert said(instance, run) == ["new"]
    with as_set_before(home) as other:
        assert said(other, run) == ["new"]
