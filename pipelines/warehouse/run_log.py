"""The run log: what each run read and did and how long it took, noted stage by stage in `linkage.run`."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast

from linkage_models.instants import clock
from linkage_models.relations import single_value
from pipelines.errors import ConfigurationError
from pipelines.warehouse.database import reader_of_any_format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from pipelines.settings import Settings

AHEAD_OF_CLOCK = timedelta(days=31)
"""A run that is set to a later day than that ahead, by the clock and by the run before, is a slip of the keyboard."""

AHEAD_OF_LAST = timedelta(days=366)
"""A home that has stood still for longer may well be run again, but a clock that is wrong is likelier."""


@dataclass
class StageNotes:
    """What a stage notes about itself: counts and load ids only."""

    inputs: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    bundle: str | None = None


@contextmanager
def stage(con: DuckDBPyConnection, settings: Settings, run_id: str, name: str) -> Iterator[StageNotes]:
    """Note a stage's inputs, counts and seconds in the run's row when it ends well."""
    notes, began = StageNotes(), time.monotonic()
    yield notes
    row = con.execute(
        "SELECT inputs, counts, timings, bundle FROM linkage.run WHERE run_id = $run", {"run": run_id}
    ).fetchone()
    inputs, counts, timings = (json.loads(text) for text in row[:3]) if row else ({}, {}, {})
    values: dict[str, Any] = {
        "run": run_id,
        "inputs": json.dumps(inputs | notes.inputs, sort_keys=True),
        "counts": json.dumps(counts | notes.counts, sort_keys=True),
        "timings": json.dumps(timings | {name: round(time.monotonic() - began, 3)}, sort_keys=True),
        "bundle": notes.bundle or (row[3] if row else ""),
    }
    if row:
        con.execute(
            "UPDATE linkage.run SET inputs = $inputs, counts = $counts, timings = $timings, bundle = $bundle "
            "WHERE run_id = $run",
            values,
        )
        return
    con.execute(
        "INSERT INTO linkage.run VALUES ($run, $as_of, $now, NULL, $bundle, $inputs, $counts, $versions, $timings)",
        {**values, "as_of": settings.now(), "now": clock(), "versions": json.dumps(versions(), sort_keys=True)},
    )


def stands_at(settings: Settings) -> datetime | None:
    """Return the latest instant that a run of the home took for now (naive UTC); None if there was no run."""
    if not settings.warehouse.exists():
        return None
    with reader_of_any_format(settings) as con:
        return last_instant(con)


def last_instant(con: DuckDBPyConnection) -> datetime | None:
    """Return the latest instant that a run took for now (naive UTC); None where none has run."""
    # A run that was killed while it made a warehouse of format 1 has left it without this table.
    made = single_value(
        con, "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'linkage' AND table_name = 'run'"
    )
    return cast("datetime | None", single_value(con, "SELECT max(as_of) FROM linkage.run") if made else None)


def not_before_the_last(settings: Settings, last: datetime | None) -> None:
    """Raise where the run would take for now an instant before the one an earlier run took.

    Args:
        settings: the home, with the instant the run takes for now.
        last: the latest instant that an earlier run took.

    Raises:
        ConfigurationError: what was believed later is already in the history, which is never rewritten.
    """
    if last is not None and last > settings.now():
        raise ConfigurationError(
            f"{settings.home} already stands at {last.isoformat()}Z, and this run is as of"
            f" {settings.now().isoformat()}Z; run it as of then or later (CONJOIN_AS_OF), or in another home."
        )


def not_far_ahead(settings: Settings, last: datetime | None) -> None:
    """Raise where the run would take for now an instant that nobody can mean: no later run could be before it.

    Args:
        settings: the home, with the instant the run takes for now.
        last: the latest instant that an earlier run took.

    Raises:
        ConfigurationError: it is far ahead of the clock and of the last run, or of the last run alone.
    """
    now, by_clock = settings.now(), clock()
    ahead = now - max(last or by_clock, by_clock) > AHEAD_OF_CLOCK
    if not ahead and (last is None or now - last <= AHEAD_OF_LAST):
        return
    after = f"the last one, of {last.isoformat()}Z" if last else f"the clock, {by_clock.isoformat()}Z"
    raise ConfigurationError(
        f"This run is as of {now.isoformat()}Z, far after {after}, and no run of {settings.home} could be of an earlier"
        " day again; correct CONJOIN_AS_OF or the clock, or accept it with `conjoin run --accept-date` (in the UI,"
        " `accept_date: true` of the run's resource `home`)."
    )


def finish(con: DuckDBPyConnection, run_id: str, at: datetime) -> None:
    """Note when the run published."""
    con.execute("UPDATE linkage.run SET finished_at = $at WHERE run_id = $run", {"at": at, "run": run_id})


@cache
def versions() -> dict[str, str]:
    """Return the versions of Conjoin and of the libraries its results depend on."""
    return {name: version(name) for name in ("conjoin", "splink", "duckdb", "dagster", "pandas", "pyarrow")}
