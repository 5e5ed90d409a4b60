"""A landing that is killed at any moment is whole or not there, and the next one makes up for it."""

from __future__ import annotations

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
from tests.pipelines.landing.delivery import SYSTEM, asked, home, put, rejected

DELIVERIES = 14
FORKER = """
import json, os, sys
from pathlib import Path
from tests.pipelines.landing.delivery import home, take_in
settings = home(Path(sys.argv[1]))
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        take_in(settings, **json.loads(sys.argv[2]))
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def test_a_landing_killed_at_any_moment_is_whole_or_not_there(tmp_path: Path) -> None:
    settings = home(tmp_path)
    drop = settings.deliveries / "drop"
    one = {"path": "drop/*.csv", "load": "changes", "key": "id"}
    spec = {"format": "csv", "resources": {"people": one}}
    take = [sys.executable, "-c", FORKER, str(tmp_path), json.dumps(spec)]
    delays = random.Random(7)  # noqa: S311  # moments, no secrets
    killed = 0
    with subprocess.Popen(take, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as forker:
        commands, answers = forker.stdin, forker.stdout
        assert commands
        assert answers

        def land(after: float | None = None) -> int:
            print("land", file=commands, flush=True)
            child = int(answers.readline())
            if after is not None:
                time.sleep(after)
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            return int(answers.readline())

        put(drop / "000.csv", "id,value\n0,a\nbad\n")
        assert land() == 0
        took = time.monotonic()
        put(drop / "001.csv", "id,value\n1,a\n0,1\nbad\n", 1)
        assert land() == 0
        took = time.monotonic() - took
        for number in range(2, DELIVERIES):
            put(drop / f"{number:03}.csv", f"id,value\n{number},a\n0,{number}\nbad\n", number)
            killed += land(after=delays.uniform(0, took)) != 0
            for load in loads(settings.landing / SYSTEM):
                folder = settings.landing / SYSTEM / load.load_id
                with duckdb.connect() as con:
                    counts = con.execute(f"SELECT count(*), max(id::INT) FROM '{folder / 'people.parquet'}'").fetchone()
                    bad = con.execute(f"SELECT count(*) FROM '{folder / '_rejected.parquet'}'").fetchone()
                # Of so many deliveries, each once.
                assert counts == (len(load.files), len(load.files) - 1)
                assert bad == (len(load.files),)
        assert land() == 0
        commands.close()
    assert killed > 2
    found = asked(settings, "people", "SELECT id, value")
    assert sorted(found, key=lambda row: int(row[0])) == [
        ("0", str(DELIVERIES - 1)),
        *((str(number), "a") for number in range(1, DELIVERIES)),
    ]
    assert len(rejected(settings)) == DELIVERIES
    assert not list((settings.landing / SYSTEM).glob(".landing-*"))
