"""Whole nights on the shipped sample, run by the command line as a user runs it, and what their snapshots hold."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

import sample_data
from tests.pipelines.forker import forker

SAMPLE = Path(sample_data.__file__).parent / "small"
LINKED = (
    "subject", "subject_record", "link", "information", "coverage", "information_gap", "subject_event", "source_load",
    "feed", "membership_history", "data_dictionary",
)  # fmt: skip
WITHOUT_ROOTS_RIGHTS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def attempt(
    home: Path | None,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    largest_file: int | None = None,
    bound_by_modes: bool = False,
    afresh: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does, in a home and a Dagster home of its own, whether it fails or not.

    Its process is forked from one that has loaded the product, unless something has to hold from its very start.

    Args:
        home: CONJOIN_HOME; None for a command that takes none.
        arguments: the command and its arguments.
        environment: variables to set.
        largest_file: kilobytes beyond which no file may grow, as on a disk that fills up.
        bound_by_modes: whether the modes of files bind it even where root runs it.
        afresh: whether its process is started as a user starts it.
    """
    variables = {**os.environ, **(environment or {})}
    if home is not None:
        dagster_home = home.parent / f"{home.name}-dagster"
        dagster_home.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path("dagster_home") / "dagster.yaml", dagster_home)
        arguments += ("--home", str(home))
        variables["DAGSTER_HOME"] = str(dagster_home)
    # What the interpreter reads when it starts is too late for a process that is forked.
    afresh = afresh or any(name.startswith("PYTHON") for name in environment or {})
    bound = WITHOUT_ROOTS_RIGHTS if bound_by_modes and os.geteuid() == 0 else ()
    if largest_file is None and not afresh:
        return forker(*bound).run(arguments, variables, patience=600)
    command = [*bound, sys.executable, "-m", "pipelines.cli", *arguments]
    if largest_file is not None:
        command = ["bash", "-c", 'ulimit -f "$0" && exec "$@"', str(largest_file), *command]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=600)


def conjoin(home: Path | None, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does; it must succeed."""
    done = attempt(home, *arguments, environment=environment)
    assert done.returncode == 0, done.stderr
    return done


def refused(home: Path, *arguments: str, largest_file: int | None = None, **environment: str) -> str:
    """Return the one sentence that a command which must fail ends with."""
    return sentence_of(attempt(home, *arguments, environment=environment, largest_file=largest_file))


def sentence_of(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one sentence that a command which failed has ended with."""
    assert done.returncode == 1, done.stdout
    (sentence,) = [line for line in done.stderr.splitlines() if line.startswith("conjoin: ")]
    assert done.stderr.strip().endswith(sentence)
    assert sentence.endswith(".")
    return sentence.removeprefix("conjoin: ")


def held_back(home: Path, **environment: str) -> dict[str, str]:
    """Return the sentence on each source without whose newest delivery a night published."""
    done = attempt(home, "run", environment=environment)
    assert done.returncode == 3, done.stdout + done.stderr
    start = "conjoin: Published without the newest delivery of "
    sentences = [line for line in done.stderr.splitlines() if line.startswith("conjoin: ")]
    assert all(sentence.startswith(start) and sentence.endswith(".") for sentence in sentences)
    said = [sentence.removeprefix(start) for sentence in sentences]
    return {sentence.partition(":")[0]: sentence for sentence in said}


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


def copy_of_tree(folder: Path, to: Path) -> Path:
    """Copy a folder, its links as they are, and return the copy."""
    shutil.copytree(folder, to, symlinks=True)
    return to


def copy_of(home: Path, folder: Path) -> Path:
    copied = copy_of_tree(home, folder / "home")
    current = snapshot(copied)
    target = current.readlink()
    if target.is_absolute():
        current.unlink()
        current.symlink_to(copied / target.relative_to(home))
    return copied
