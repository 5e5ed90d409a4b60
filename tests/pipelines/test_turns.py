"""Runs and readers take turns: no command that reads stops a night, and none is stopped by one that ends in time."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import WarehouseBusyError
from pipelines.settings import Settings
from pipelines.warehouse import database, lock
from pipelines.warehouse.lock import is_held, reading, run_lock
from tests.hostile.kills import kill_nights
from tests.hostile.readers import read_during_nights


@pytest.mark.long
def test_readers_in_loops_stop_no_night_and_fail_at_none(tmp_path: Path) -> None:
    figures = read_during_nights(tmp_path, nights=1, readers=4)
    assert (figures["nights"], figures["nights that failed"], figures["commands that failed"]) == (1, 0, 0)
    assert figures["commands that read"] > 4


@pytest.mark.long
def test_a_night_killed_at_a_random_moment_is_made_up_for_by_the_next(tmp_path: Path) -> None:
    assert kill_nights(tmp_path, nights=2, kills=2, seed=7)["kills"] == 4


@contextmanager
def another_process(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run Python code in a process that says when it has begun, and goes on until its input ends."""
    whole = f"import sys\n{code}\nprint('begun', flush=True)\nsys.stdin.read()\n"
    process = subprocess.Popen(
        [sys.executable, "-c", whole, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        yield process
        process.kill()


SHELL = "import duckdb\ncon = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == 'read')"


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home")
    with database.writer(settings):
        pass
    return settings


@pytest.mark.parametrize("how", ["read", "write"])
def test_a_run_waits_for_a_shell_that_has_the_warehouse_open_and_names_one_that_stays(how: str, home: Settings) -> None:
    with another_process(SHELL, str(home.warehouse), how) as shell:
        busy = pytest.raises(WarehouseBusyError, match=rf"warehouse\.duckdb is in use by process {shell.pid}; wait")
        with busy, database.held(home, patience=0.5):
            pass
        threading.Timer(1, shell.kill).start()
        with database.held(home, patience=60):
            assert shell.wait() != 0


OPEN_IT = """
import duckdb, sys

try:
    duckdb.connect(sys.argv[1], read_only=True)
except duckdb.IOException:
    print("no")
"""


def test_no_shell_gets_into_a_run_between_its_steps(home: Settings) -> None:
    with database.held(home):
        for _ in range(2):
            with database.writer(home) as con:
                con.execute("INSERT INTO linkage.review_flag VALUES ('custody:A', 'weak_bridge')")
            command = [sys.executable, "-c", OPEN_IT, str(home.warehouse)]
            assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "no\n"
        with database.inside(home) as con:
            assert con.execute("SELECT count(*) FROM linkage.review_flag").fetchall() == [(2,)]
            with pytest.raises(duckdb.Error, match="read-only"):
                con.execute("DELETE FROM linkage.review_flag")


READ = """
from pathlib import Path
from pipelines.settings import Settings
from pipelines.warehouse import database
opened = database.reader(Settings(home=Path(sys.argv[1])))
opened.__enter__()
"""


def test_a_run_waits_for_a_command_that_reads_and_others_wait_behind_the_run(home: Settings) -> None:
    """However many readers come and go: those that come after the run has begun to wait wait too."""
    with another_process(READ, str(home.home)) as first:
        with pytest.raises(WarehouseBusyError, match="A command has been reading"), run_lock(home, for_readers=0.3):
            pass
        waiting = threading.Thread(target=_hold, args=(home,))
        waiting.start()
        deadline = time.monotonic() + 30
        while _may_read(home):  # until the run waits
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert not is_held(home.home)
        first.kill()
        waiting.join()
    with reading(home, patience=0):
        pass


def _hold(home: Settings, seconds: float = 0, patience: float = 0) -> None:
    with run_lock(home, patience, for_readers=60):
        assert is_held(home.home)
        time.sleep(seconds)


def test_a_run_that_waited_long_for_readers_waits_no_less_for_a_decision_that_came_before_it(home: Settings) -> None:
    with ThreadPoolExecutor() as pool:
        with reading(home):
            decision = pool.submit(_hold, home, seconds=0.5)
            while _may_read(home):  # until the decision waits
                time.sleep(0.05)
            run = pool.submit(_hold, home, patience=1)
            time.sleep(1.2)
        decision.result()
        run.result()


def _may_read(home: Settings) -> bool:
    try:
        with reading(home, patience=0):
            return True
    except WarehouseBusyError:
        return False


def test_a_command_that_reads_waits_for_a_run_and_says_so_when_it_takes_too_long(
    home: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(lock, "_PATIENT_SECONDS", 0.1)
    with run_lock(home), pytest.raises(WarehouseBusyError, match=r"A run \(process \d+\) is at work in"):
        _read(home, patience=0.5)
    assert caplog.messages == [f"Another command is at work in {home.home}; waiting for it."]
    held = run_lock(home)
    held.__enter__()
    threading.Timer(0.5, held.__exit__, (None, None, None)).start()
    _read(home, patience=60)


def _read(home: Settings, patience: float) -> None:
    with database.reader(home, patience):
        pass


def test_a_run_in_a_home_that_another_run_holds_is_refused_at_once(home: Settings) -> None:
    with (
        run_lock(home),
        pytest.raises(WarehouseBusyError, match=r"Another run \(process \d+\) is at work"),
        run_lock(home, for_readers=60),
    ):
        pass
