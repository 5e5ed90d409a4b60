"""Apply: bring the warehouse's nominal records, items and quarantine of one source system up to its latest load.

Each load is applied in one transaction together with its row in `nominal.load`, so it applies once however often a
run is killed and repeated. What did not change is left untouched, so that later stages see what did.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb

from linkage_models.relations import single_value, statement
from pipelines.canonical.applied import COUNTS, Applied
from pipelines.canonical.counts import counts_in_force, staged_counts
from pipelines.canonical.known_loads import in_force
from pipelines.canonical.profile import find_column_drift, find_drift, find_held
from pipelines.canonical.staging import Staging, mapping_hash
from pipelines.canonical.take_over import let_run_out, take_over
from pipelines.canonical.touched import Touched
from pipelines.errors import ConfigurationError, SourceError, raise_if_storage
from pipelines.landing.manifest import failure, loads, order_of
from pipelines.warehouse.database import transaction

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.landing.manifest import Load
    from pipelines.source import SourceSpec

_LOG = logging.getLogger(__name__)


def apply_latest(con: DuckDBPyConnection, spec: SourceSpec, yaml_file: Path, landing: Path, now: datetime) -> Applied:
    """Bring the warehouse up to the latest load of a source system; do nothing if it already is.

    A delivery that could not be landed, a load that must not be trusted and a mapping that does not fit leave the load
    before in force, if there is one, and are noted in `nominal.feed`.

    Args:
        con: the warehouse's writer.
        spec: the source system.
        yaml_file: where its YAML lies, for errors.
        landing: the landing folder of all systems.
        now: the instant the run takes for now.

    Raises:
        SourceError: nothing has ever been landed, and the delivery could not be; or the load in force is lost from the
            landing, and no newer one was landed.
        ConfigurationError: nothing has been landed yet, or the YAML does not fit the first load.
        StorageError: the disk is full.
    """
    folder = landing / spec.system
    landed, failed, held = loads(folder), failure(folder), in_force(con, spec.system)
    lost = held and (not landed or order_of(landed[-1].load_id) < order_of(held.load.load_id))
    if held and lost:
        kept = _kept(con, spec, [held.load], held.mapping_hash, now) if failed else None
        if not kept:
            newest = f"the newest that lies there, {landed[-1].load_id}, is older" if landed else "no other lies there"
            raise SourceError(
                f"{spec.system}: load {held.load.load_id} is in force but lost from {folder}, and {newest}; restore it"
                f" from a backup, or materialise `landing/{spec.system}` to have the source read anew."
            )
        applied = kept
    elif landed:
        try:
            applied = _brought_up(con, spec, yaml_file, landed, folder, now)
        except ConfigurationError as error:
            if not _has_records(con, spec.system):
                raise
            applied = Applied.not_applied(landed[-1], str(error).rstrip("."), find_column_drift(con, landed))
    elif failed:
        raise SourceError(failed.problem)
    else:
        message = f"{spec.system}: nothing has been landed yet; materialise `landing/{spec.system}` first."
        raise ConfigurationError(message)
    if failed:
        applied = replace(applied, failed=failed.problem)
    with transaction(con):
        _note_feed(con, spec.system, applied, now)
    _LOG.info("%s", applied.in_words())
    return applied


def _brought_up(
    con: DuckDBPyConnection, spec: SourceSpec, yaml_file: Path, landed: list[Load], folder: Path, now: datetime
) -> Applied:
    """Apply the latest load; if it is in force already, mark what has expired since as no longer active."""
    load = landed[-1]
    mapping = mapping_hash(spec)
    if kept := _kept(con, spec, landed, mapping, now):
        return kept
    before = _load_in_force(con, spec.system, landed, mapping)
    with value_errors(spec, yaml_file, load), Touched(con, spec, folder) as touched:
        rest = None
        if before and touched.find(before, load):
            touched.choose_rows(before)
            with Staging(con, spec, yaml_file, before, folder, touched=True) as staging:
                staging.stage()
                rest = counts_in_force(con, spec.system, before.load_id) - staged_counts(staging)
            touched.choose_rows(load)
        with Staging(con, spec, yaml_file, load, folder, touched=rest is not None) as staging:
            staging.stage()
            return take_over(staging, landed, rest)


def _kept(con: DuckDBPyConnection, spec: SourceSpec, landed: list[Load], mapping: str, now: datetime) -> Applied | None:
    """Let what has run out since be no longer active, where the latest load is in force with the same mapping."""
    held = _in_force(con, spec, landed, mapping)
    if held:
        with transaction(con):
            con.execute(
                "UPDATE nominal.load SET last_seen_at = $at "
                "WHERE source_system = $system AND load_id = $load_id AND last_seen_at < $at",
                {"system": spec.system, "load_id": held.load.load_id, "at": held.load.last_seen_at},
            )
            let_run_out(con, spec, now)
    return held


@contextmanager
def value_errors(spec: SourceSpec, yaml_file: Path, load: Load) -> Iterator[None]:
    """Turn the failure of an expression of the YAML on a value into one sentence, without the value.

    Raises:
        ConfigurationError: an expression fails.
        StorageError: the disk is full.
    """
    try:
        yield
    except (duckdb.DataError, duckdb.ProgrammingError, duckdb.NotSupportedError) as error:
        raise_if_storage(error)
        # DuckDB's own words may quote a value.
        message = (
            f"{yaml_file}: an expression fails with a {type(error).__name__} on a value that {spec.system} delivered"
            f" in load {load.load_id}; use try_cast or try_strptime in it."
        )
        raise ConfigurationError(message) from None
    except duckdb.Error as error:
        raise_if_storage(error)
        raise


def _load_in_force(con: DuckDBPyConnection, system: str, landed: list[Load], mapping_hash: str) -> Load | None:
    """Return the load that the warehouse's records of a source come from, if it was applied with the same mapping."""
    held = in_force(con, system)
    if held is None or held.mapping_hash != mapping_hash:
        return None
    return next((load for load in landed[:-1] if load.load_id == held.load.load_id), None)


def _has_records(con: DuckDBPyConnection, system: str) -> bool:
    held = "SELECT count(*) FROM nominal.record WHERE source_system = $system"
    return bool(single_value(con, held, {"system": system}))


def _note_feed(con: DuckDBPyConnection, system: str, applied: Applied, now: datetime) -> None:
    """Write the state of the source's feed; `since` changes only when the state does."""
    con.execute(
        statement(__file__, "feed"),
        {"system": system, "state": applied.state, "problem": applied.failed or applied.refused, "now": now},
    )


def _in_force(con: DuckDBPyConnection, spec: SourceSpec, landed: list[Load], mapping_hash: str) -> Applied | None:
    """Return what applying the latest load did, if that was with the same mapping and it was not refused."""
    load = landed[-1]
    key = {"system": spec.system, "load_id": load.load_id}
    row = con.execute(
        f"SELECT {', '.join(COUNTS)} FROM nominal.load "
        "WHERE source_system = $system AND load_id = $load_id AND mapping_hash = $mapping AND refused IS NULL LIMIT 1",
        {**key, "mapping": mapping_hash},
    ).fetchone()
    if row is None:
        return None
    reasons = con.execute(
        "SELECT reason, count(*) FROM nominal.quarantine WHERE source_system = $system AND load_id = $load_id "
        "GROUP BY ALL ORDER BY ALL",
        key,
    ).fetchall()
    counts = counts_in_force(con, spec.system, load.load_id)
    return Applied(
        load=load,
        balances=counts.balances,
        reasons=dict(reasons),
        quality=counts.quality,
        repeated=True,
        drift=find_drift(con, landed),
        held=find_held(con, spec),
        **dict(zip(COUNTS, row, strict=True)),
    )
