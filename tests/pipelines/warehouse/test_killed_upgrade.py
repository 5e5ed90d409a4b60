"""A warehouse whose making or upgrade is killed at any moment is whole, and the next writer makes up for it."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines import audit
from pipelines.errors import StorageError
from pipelines.formats import FORMAT
from pipelines.settings import Settings
from pipelines.warehouse.database import writer
from pipelines.warehouse.upgrade import plan
from tests.kept_homes.contents import contents
from tests.kept_homes.unpacking import unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

FORKER = """
import os, signal, sys, tempfile
from pathlib import Path
from pipelines.settings import Settings
from pipelines.warehouse.database import writer

settings = Settings(home=Path(sys.argv[1]))
events = 0
# What is loaded here need not be loaded in every child.
with tempfile.TemporaryDirectory() as folder, writer(Settings(home=Path(folder))):
    pass

def kill_at(number):
    def watch(event, arguments):
        global events
        read = event == "open" and arguments[1] == "r"
        touched = event.startswith(("os.", "open", "shutil.")) and not read
        if touched and any(str(settings.home) in str(one) for one in arguments):
            events += 1
            if events == number:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(watch)

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        if int(line):
            kill_at(int(line))
        with writer(settings):
            os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Opens the warehouse to write in a child each time it is told to; told a number, the child dies where it touches the
home for the so manieth time."""


@contextmanager
def opening(home: Path) -> Iterator[Callable[..., int]]:
    """Give what opens a warehouse in a process, killed at an event or after some seconds; it returns how that ended."""
    with subprocess.Popen(
        [sys.executable, "-c", FORKER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as forker:
        commands, answers = forker.stdin, forker.stdout
        assert commands
        assert answers

        def attempt(*, at_event: int = 0, after: float | None = None) -> int:
            print(at_event, file=commands, flush=True)
            child = int(answers.readline())
            if after is not None:
                time.sleep(after)
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            return int(answers.readline())

        yield attempt
        commands.close()


def test_an_upgrade_killed_at_any_moment_leaves_the_warehouse_of_before_or_the_new_one(tmp_path: Path) -> None:
    settings = unpack(1, tmp_path)
    pristine = tmp_path / "pristine.duckdb"
    shutil.copy(settings.warehouse, pristine)
    before = contents(pristine)

    def check_whole() -> int:
        held = contents(settings.warehouse)
        format_of = [row["number"] for row in held.pop("conjoin.format", [])]
        for table, rows in held.items():
            known = [{name: row[name] for name in before[table][0]} for row in rows] if before.get(table) else rows
            assert known == before.get(table, []), table
        return format_of[-1] if format_of else 1

    moments = random.Random(7)  # noqa: S311  # moments, no secrets
    with opening(settings.home) as attempt:
        for event in itertools.count(1):
            status = attempt(at_event=event)
            assert status in {0, -signal.SIGKILL}
            if check_whole() == FORMAT:
                break
        for _ in range(8):
            shutil.copy(pristine, settings.warehouse)
            attempt(after=moments.uniform(0, 0.5))
            check_whole()
        assert attempt() == 0
    assert event > 8
    assert check_whole() == FORMAT
    (kept,) = settings.home.glob("warehouse-format-1-*.duckdb")
    assert contents(kept) == before
    assert not list(settings.home.glob(".*unfinished*"))
    audit.verify(settings)


def test_a_home_killed_while_its_warehouse_was_made_is_good_for_the_next_run(tmp_path: Path) -> None:
    home = tmp_path / "home"
    moments = random.Random(7)  # noqa: S311  # moments, no secrets
    with opening(home) as attempt:
        for event in itertools.count(1):
            shutil.rmtree(home, ignore_errors=True)
            if attempt(at_event=event) == 0:
                break
            assert attempt() == 0
        for _ in range(8):
            shutil.rmtree(home, ignore_errors=True)
            attempt(after=moments.uniform(0, 0.3))
            assert attempt() == 0
    assert event > 3
    assert plan(Settings(home=home)).number == FORMAT
    assert [path.name for path in home.iterdir()] == ["warehouse.duckdb"]


def test_the_log_of_a_warehouse_that_is_gone_is_not_taken_into_a_new_one(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with writer(settings):
        pass
    con = duckdb.connect(str(settings.warehouse))
    con.execute("PRAGMA disable_checkpoint_on_shutdown")
    con.execute("INSERT INTO linkage.review_flag VALUES ('custody:A1001AA', 'weak_bridge')")
    con.close()
    moved = settings.warehouse.rename(tmp_path / "moved.duckdb")
    with (
        pytest.raises(StorageError, match=r"warehouse\.duckdb\.wal is there without warehouse\.duckdb; put that back"),
        writer(settings),
    ):
        pass
    moved.rename(settings.warehouse)
    with writer(settings) as con:
        assert con.execute("SELECT count(*) FROM linkage.review_flag").fetchone() == (1,)
