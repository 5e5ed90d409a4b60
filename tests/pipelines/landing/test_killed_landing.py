"""A landing that is killed at any moment is whole or not there, and the next one makes up for it."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import duckdb

from pipelines.landing.manifest import loads
from pipelines.settings import Settings
from tests.pipelines.landing.delivery import SYSTEM, asked, home, put, quarantined

FORKER = """
import json, os, signal, sys
from pathlib import Path
from pipelines.settings import Settings
from tests.pipelines.landing.delivery import home, take_in

settings = home(Path(sys.argv[1]))
events = 0

def kill_at(number):
    def watch(event, arguments):
        global events
        read = event == "open" and arguments[1] == "r"
        touched = event.startswith(("os.", "open", "shutil.")) and not read
        if touched and any(str(settings.landing) in str(one) for one in arguments):
            events += 1
            if events == number:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(watch)

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        if int(line):
            kill_at(int(line))
        take_in(settings, **json.loads(sys.argv[2]))
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Lands in a child each time it is told to; told a number, the child dies where it touches the landing for the so
manieth time."""


def check_whole(settings: Settings) -> None:
    """Check of the last loads that each holds each delivery it goes back to once, and nothing else."""
    for load in loads(settings.landing / SYSTEM)[-2:]:
        folder = settings.landing / SYSTEM / load.load_id
        with duckdb.connect() as con:
            counts = con.execute(f"SELECT count(*), max(id::INT) FROM '{folder / 'people.parquet'}'").fetchone()
            bad = con.execute(f"SELECT count(*) FROM '{folder / '_rejected.parquet'}'").fetchone()
        assert counts == (len(load.files), len(load.files) - 1)
        assert bad == (len(load.files),)


def test_a_landing_killed_at_any_moment_is_whole_or_not_there(tmp_path: Path) -> None:
    settings = home(tmp_path)
    one = {"path": "drop/*.csv", "load": "changes", "key": "id"}
    spec = {"format": "csv", "resources": {"people": one}}
    take = [sys.executable, "-c", FORKER, str(tmp_path), json.dumps(spec)]
    with subprocess.Popen(take, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as forker:
        commands, answers = forker.stdin, forker.stdout
        assert commands
        assert answers

        def deliver(number: int) -> None:
            text = f"id,value\n{number},a\n0,{number}\nbad\n" if number else "id,value\n0,0\nbad\n"
            put(settings.deliveries / "drop" / f"{number:03}.csv", text, number)

        def land(*, at_event: int = 0, after: float | None = None) -> int:
            print(at_event, file=commands, flush=True)
            child = int(answers.readline())
            if after is not None:
                time.sleep(after)
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            status = int(answers.readline())
            check_whole(settings)
            return status

        deliver(0)
        assert land() == 0
        # Wherever it touches the landing, and at moments in between.
        deliveries = 1
        for event in itertools.count(1):
            if len(loads(settings.landing / SYSTEM)) == deliveries:
                deliver(deliveries)
                deliveries += 1
            status = land(at_event=event)
            assert status in {0, -signal.SIGKILL}
            if status == 0:
                break
        moments = random.Random(7)  # noqa: S311  # moments, no secrets
        for _ in range(8):
            deliver(deliveries)
            deliveries += 1
            land(after=moments.uniform(0, 0.15))
        assert land() == 0
        commands.close()
    assert event > 20
    found = asked(settings, "people", "SELECT id, value")
    expected = [("0", str(deliveries - 1)), *((str(number), "a") for number in range(1, deliveries))]
    assert sorted(found, key=lambda row: int(row[0])) == expected
    assert len(quarantined(settings)) == deliveries
    assert not list((settings.landing / SYSTEM).glob(".landing-*"))
