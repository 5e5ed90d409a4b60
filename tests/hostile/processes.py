"""Real commands at little cost: a forker that has imported Conjoin runs each in a process of its own; and tiny nights.

The deployment is that of `own_deployment`: two sources, twelve people, so that a night takes some eight seconds of the
processor.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any
from unittest.mock import patch

import dagster as dg
import duckdb

from tests.pipelines import own_deployment
from tests.pipelines.nights import LINKED

FORKER = """
import json, os, signal, sys, time
from pathlib import Path

# What is loaded here need not be loaded in every child.
import pipelines.cli, pipelines.decisions, pipelines.explain, pipelines.nightly_run, pipelines.quarantine
import pipelines.publish.summary
from linkage_models.nominal.score.splink_api import _parsed
from pipelines.cli import main
from pipelines.deployment import Folders

# Nor what is remembered of the model: without it a tiny night takes half as long again.
for comparison in _parsed(json.dumps(Folders.at(None).bundle.model), "duckdb").comparisons:
    for level in comparison.comparison_levels:
        level._is_exact_match

signal.signal(signal.SIGCHLD, signal.SIG_IGN)

def command(arguments, out):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    opened = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(opened, 1)
    os.dup2(opened, 2)
    sys.argv = ["conjoin", *arguments]
    status = 0
    try:
        main()
    except SystemExit as end:
        status = end.code or 0
    sys.stdout.flush()
    sys.stderr.flush()
    return status

def in_a_child(arguments, out):
    child = os.fork()
    if child == 0:
        os._exit(command(arguments, out))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        os.environ.update(asked["environment"])
        out, stop = asked["out"], asked["until"]
        if stop is None:
            status = command(asked["arguments"], out)
            Path(f"{out}.status").write_text(str(status))
            os._exit(0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        while not os.path.exists(stop):
            status = in_a_child(asked["arguments"], out)
            with open(f"{out}.status", "a") as told:
                told.write(f"{status}\\n")
        os._exit(0)
    print(child, flush=True)
"""
"""Runs a command in a child for each line it is given, once or over and over until a file is there."""

FIRST = datetime(2026, 3, 2, 2)  # noqa: DTZ001  # Conjoin's instants are naive UTC
TABLES = tuple(table for table in LINKED if table != "data_dictionary")


@dataclass(frozen=True)
class Command:
    """A command that was started: its process, and the file that what it writes goes to."""

    pid: int
    out: Path

    @property
    def said(self) -> str:
        """What it has written."""
        return self.out.read_text(encoding="utf-8", errors="replace") if self.out.exists() else ""

    @property
    def statuses(self) -> list[int]:
        """What it, or each of its turns, ended with; none where it was killed or is still at work."""
        told = Path(f"{self.out}.status")
        return [int(line) for line in told.read_text(encoding="utf-8").splitlines()] if told.exists() else []

    def wait(self, seconds: float = 600) -> None:
        """Wait until it has ended."""
        deadline = time.monotonic() + seconds
        while self.is_alive():
            assert time.monotonic() < deadline, f"{self.out.name} has not ended: {self.said}"
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill it, if it has not ended."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def is_alive(self) -> bool:
        """Return whether it is at work."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True


class Commands:
    """Starts commands of one deployment."""

    def __init__(self, forker: subprocess.Popen[str], folder: Path, deployment: Path) -> None:
        """Take a forker; what commands write goes to files in the folder."""
        assert forker.stdin
        assert forker.stdout
        self._given: IO[str] = forker.stdin
        self._told: IO[str] = forker.stdout
        self._folder, self._number = folder, 0
        self.deployment = deployment

    def start(
        self, home: Path, *arguments: str, until: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> Command:
        """Start a command in a home, once, or over and over until a file is there."""
        self._number += 1
        out = self._folder / f"{self._number:05}-{arguments[0]}"
        dagster = home.parent / f"{home.name}-dagster"
        dagster.mkdir(exist_ok=True)
        shutil.copy(Path("dagster_home") / "dagster.yaml", dagster)
        variables = {"CONJOIN_DEPLOYMENT": str(self.deployment), "DAGSTER_HOME": str(dagster), "CONJOIN_THREADS": "2"}
        asked: dict[str, Any] = {
            "arguments": [*arguments, "--home", str(home)],
            "environment": variables | dict(environment or {}),
            "out": str(out),
            "until": str(until) if until else None,
        }
        print(json.dumps(asked), file=self._given, flush=True)
        return Command(int(self._told.readline()), out)

    def night(self, home: Path, number: int) -> Command:
        """Start the night of a number, counted from 0, on what lies in the home's inbox."""
        as_of = (FIRST + timedelta(days=number)).isoformat()
        return self.start(home, "run", "--json", environment={"CONJOIN_AS_OF": as_of})

    def whole_night(self, home: Path, number: int) -> None:
        """Run a night to its end; it must publish."""
        night = self.night(home, number)
        night.wait()
        assert night.statuses == [0], night.said


@contextmanager
def commands(folder: Path) -> Iterator[Commands]:
    """Give what starts commands of the tiny deployment, whose files lie in a new folder."""
    deployment = own_deployment.write(folder / "deployment")
    (folder / "said").mkdir()
    forker = subprocess.Popen([sys.executable, "-c", FORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with forker:
        given = Commands(forker, folder / "said", deployment)
        try:
            yield given
        finally:
            assert forker.stdin
            forker.stdin.close()


def new_home(folder: Path) -> Path:
    """Return a new home with the first night's delivery in its inbox."""
    own_deployment.deliver(folder / "inbox")
    return folder


def deliver(home: Path, night: int) -> None:
    """Let the two sources deliver what they have on a night: one person moves, and one comes or goes."""
    for system in ("library", "pool"):
        file = home / "inbox" / f"{system}.csv"
        with file.open(newline="", encoding="utf-8") as opened:
            header, *rows = csv.reader(opened)
        rows[night % len(rows)][4] = f"{night + 100} Station Road"
        rows = [row for row in rows if row[0] != f"{system[0]}x"]
        if night % 2:
            rows.append([f"{system[0]}x", "Quillfeather", "Ann", "1985-05-05", "9 Mill Lane", "LS9 9AB", ""])
        beside = file.with_suffix(".new")
        with beside.open("w", newline="", encoding="utf-8") as opened:
            csv.writer(opened).writerows([header, *rows])
        beside.replace(file)


def contents(home: Path) -> dict[str, str] | None:
    """Return a hash of each table of the published snapshot, without the names of runs; None where there is none."""
    file = home / "published" / "town" / "current.duckdb"
    if not file.exists():
        return None
    hashes = {}
    with duckdb.connect(str(file), read_only=True) as con:
        for table in TABLES:
            columns = "* EXCLUDE (run_id)" if table == "subject_event" else "*"
            sql = f"SELECT md5(string_agg(t::VARCHAR, '\n')) FROM (SELECT {columns} FROM linked.{table}) AS t"
            hashes[table] = str(con.execute(sql).fetchall()[0][0])
    return hashes


def leftovers(home: Path) -> list[str]:
    """Return the names of what runs that did not end well left in a home, once a whole one should have swept it."""
    return [path.name for path in home.rglob("*") if path.name.startswith((".landing", ".unfinished", ".spill"))]


def statuses(home: Path) -> Counter[str]:
    """Return how many runs of a home Dagster holds for what."""
    dagster_home = str(home.parent / f"{home.name}-dagster")
    with patch.dict(os.environ, DAGSTER_HOME=dagster_home), dg.DagsterInstance.get() as instance:
        return Counter(run.status.value for run in instance.get_runs())
