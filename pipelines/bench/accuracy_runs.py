"""One set linked: by the product's own commands, and by the bare scripts beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from linkage_models.relations import literal, statement
from linkage_models.yardsticks.sweep import best_threshold, true_links
from pipelines.bench.measured_set import MeasuredSet, Prepared
from pipelines.deployment import Deployment
from pipelines.errors import CheckFailedError
from pipelines.settings import Settings
from pipelines.warehouse.database import reader

PASSED_ON = ("CONJOIN_MEMORY_LIMIT", "CONJOIN_THREADS", "CONJOIN_DEBUG")
"""Settings of the caller that affect how a set is linked, not what is linked."""


def link_with_product(measured: MeasuredSet, made: Prepared, report: Callable[[str], None]) -> dict[str, Any]:
    """Run, train, run again and evaluate, as a user with a new deployment would, and return the counts.

    Returns:
        `precision`, `recall`, `f1`, `true_links`, `false_links` and `missed_links` of the links that count, and
        `missed`, the missed links by cause; `expected_precision` and `expected_recall` as the bundle has them;
        `seconds` of the three commands; `best`, what the product's edges would give at the best threshold.

    Raises:
        CheckFailedError: one of the commands failed; its own sentence is the message.
    """
    environment = _environment(made)
    began = time.monotonic()
    for command, done in (("run", "records taken in"), ("train", "trained"), ("run", "linked")):
        _conjoin(environment, command)
        report(f"{measured.title}: {done}")
    seconds = round(time.monotonic() - began, 1)
    found = _conjoin(environment, "evaluate", "--truth", str(made.truth))
    report(f"{measured.title}: evaluated")
    return counted(measured, found) | _expected(made) | {"seconds": seconds, "best": best_of_edges(made)}


def counted(measured: MeasuredSet, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an evaluation says of the links that count: all, or those between a set's systems."""
    links = found["links"]["overall"] if measured.pair_of_systems is None else None
    if links is None:
        (links,) = [
            agreement for agreement in found["links"]["by_systems"] if agreement["systems"] == measured.pair_of_systems
        ]
    names = ("precision", "recall", "f1", "true_links", "false_links", "missed_links")
    causes = {name: count for name, count in found["causes"]["missed"].items() if name not in {"total", "no_edge"}}
    return {name: links[name] for name in names} | {"missed": causes}


def _expected(made: Prepared) -> dict[str, Any]:
    """Return the precision and recall that the bundle expects without a truth, where it says so."""
    expected = Deployment.load(_settings(made)).bundle.recipe.get("expected") or {}
    return {f"expected_{name}": expected.get(name) for name in ("precision", "recall")}


def best_of_edges(made: Prepared) -> dict[str, Any]:
    """Return what the product's edges would give at the threshold that the truth would choose."""
    with reader(_settings(made)) as con:
        known = f"({_known(made)})"
        records = con.execute(f"SELECT record_key, source_system, person_id FROM {known}").fetchall()
        pairs = con.execute(
            f"""
            WITH known AS (FROM {known})
            SELECT record_l, record_r, match_weight FROM linkage.edge
            JOIN known AS l ON l.record_key = record_l JOIN known AS r ON r.record_key = record_r
            WHERE match_weight IS NOT NULL AND (l.source_system <> r.source_system OR NOT $across)
            ORDER BY match_weight DESC
            """,
            {"across": made.across},
        ).fetchall()
    wanted = true_links(records, across=made.across)
    return asdict(best_threshold(pairs, records, wanted, across=made.across))


def link_with_script(variant: str, made: Prepared) -> dict[str, Any]:
    """Run one of a set's own bare scripts on the same files; return its best threshold and the figures at it.

    Raises:
        CheckFailedError: the script failed.
    """
    files = [str(file) for file in made.files]
    return _timed([sys.executable, "-m", "linkage_models.yardsticks.bare_febrl", variant, *files])


def link_with_bare_splink(made: Prepared) -> dict[str, Any]:
    """Run the bare script for records of any kind on the product's nominal records; return its best threshold.

    Raises:
        CheckFailedError: the script failed.
    """
    file = made.home / "bare.parquet"
    with reader(_settings(made)) as con:
        con.execute(f"COPY ({_known(made)}) TO {literal(str(file))} (FORMAT parquet)")
    across = ["across"] if made.across else []
    return _timed([sys.executable, "-m", "linkage_models.yardsticks.bare_records", str(file), *across])


def _known(made: Prepared) -> str:
    return statement(__file__, "known_record").replace("$truth", literal(str(made.truth / "record.csv")))


def _timed(command: list[str]) -> dict[str, Any]:
    began = time.monotonic()
    found = _json_of(command, dict(os.environ))
    return found | {"seconds": round(time.monotonic() - began, 1)}


def _settings(made: Prepared) -> Settings:
    """Return the settings of a set's home, whatever the caller's are."""
    return Settings(home=made.home, deployment=made.deployment)


def _environment(made: Prepared) -> dict[str, str]:
    """Return the environment of a separate home, free of the caller's own settings of Conjoin."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("CONJOIN_") or name in PASSED_ON}
    return own | {"CONJOIN_HOME": str(made.home), "DAGSTER_HOME": str(made.home / "dagster")}


def _conjoin(environment: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    return _json_of([sys.executable, "-m", "pipelines.cli", *arguments, "--json"], environment)


def _json_of(command: list[str], environment: Mapping[str, str]) -> dict[str, Any]:
    """Run a command that prints JSON and return it."""
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)  # noqa: S603  # our own commands
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:] or ["it printed nothing"]
        raise CheckFailedError(f"A measured command failed: {said[0].removeprefix('conjoin: ')}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result
