"""Apply: bring the warehouse's nominal records, items and quarantine of one source system up to its latest load.

Each load is applied in one transaction together with its row in `nominal.load`, so it applies once however often a
run is killed and repeated. What did not change is left untouched, so that later stages see what did.
"""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb

from linkage_models import standardise
from linkage_models.relations import RECORD
from pipelines.canonical.applied import COUNTS, Applied
from pipelines.canonical.counts import BALANCE, QUALITY, Counts, counts_in_force, staged_counts
from pipelines.canonical.profile import find_column_drift, find_drift, find_held, write_profile
from pipelines.canonical.stage import STAGING, stage
from pipelines.canonical.touched import find_touched, select_touched_rows
from pipelines.errors import ConfigurationError, SourceError, raise_if_storage
from pipelines.landing.manifest import failure, loads
from pipelines.warehouse.catalogue.nominal import INFORMATION_ITEM
from pipelines.warehouse.database import transaction

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.canonical.counts import Balance
    from pipelines.landing.manifest import Load
    from pipelines.source import SourceSpec

_LOG = logging.getLogger(__name__)

ITEM_HASH = """
md5((record_key, kind, code, value, item_date, from_date, to_date, {active}, detail, marking, handling,
     originator)::VARCHAR)
"""

ITEM_ROWS = """
CREATE OR REPLACE TEMP TABLE staged_item_row AS
WITH content AS (
    SELECT *, concat_ws('|', record_key, kind, resource, source_item_id) AS named,
           {content_hash} AS content_hash
    FROM (SELECT *, $originator AS originator FROM staged_item WHERE problem IS NULL)
), keyed AS (
    -- Two items alike in everything are two items: the ordinal tells them apart.
    SELECT *, md5(CASE WHEN source_item_id IS NULL THEN named || '|' || content_hash ELSE named END || '|' ||
                  row_number() OVER (PARTITION BY named, CASE WHEN source_item_id IS NULL THEN content_hash END
                                     ORDER BY mapping, landed_row, part)) AS item_key
    FROM content
)
SELECT item_key, record_key, $system AS source_system, kind, code, value, item_date, from_date, to_date, active, detail,
       marking, handling, originator, content_hash, resource, landed_row
FROM keyed
""".replace("{content_hash}", ITEM_HASH.replace("{active}", "active"))

RUN_OUT = """
UPDATE nominal.information_item SET active = false, content_hash = {content_hash}
WHERE source_system = $system AND active AND to_date <= $now::DATE AND list_contains($judged, kind || ' ' || resource)
""".replace("{content_hash}", ITEM_HASH.replace("{active}", "false"))

APPLY_RECORDS = """
CREATE OR REPLACE TEMP TABLE record_change AS
SELECT coalesce(staged.record_key, held.record_key) AS record_key,
       CASE WHEN held.record_key IS NULL THEN 'new' WHEN staged.record_key IS NULL THEN 'deleted' ELSE 'changed' END
           AS change
FROM staged_record staged
FULL JOIN (FROM nominal.record WHERE source_system = $system AND {concerned}) held
       ON held.record_key = staged.record_key
WHERE held.content_hash IS DISTINCT FROM staged.content_hash
"""

APPLY_ITEMS = """
CREATE OR REPLACE TEMP TABLE item_change AS
SELECT coalesce(staged.item_key, held.item_key) AS item_key, staged.item_key IS NOT NULL AS present,
       coalesce(held.first_load_id, $load_id) AS first_load_id
FROM staged_item_row staged
FULL JOIN (FROM nominal.information_item WHERE source_system = $system AND {concerned}) held
       ON held.item_key = staged.item_key
WHERE held.content_hash IS DISTINCT FROM staged.content_hash
"""

MERGES = """
INSERT INTO nominal.merge
SELECT DISTINCT $system, $system || ':' || value, record_key, from_date
FROM staged_item WHERE kind = 'merge' AND problem IS NULL ORDER BY ALL
"""


class _RefusedError(Exception):
    """Rolls back a load that must not be taken over."""


def apply_latest(con: DuckDBPyConnection, spec: SourceSpec, yaml_file: Path, landing: Path, now: datetime) -> Applied:
    """Bring the warehouse up to the latest load of a source system; do nothing where it already is.

    A delivery that could not be landed, a load that must not be trusted and a mapping that does not fit leave the load
    before in force, where there is one, and are noted in `nominal.feed`.

    Args:
        con: the warehouse's writer.
        spec: the source system.
        yaml_file: where its YAML lies, for errors.
        landing: the landing folder of all systems.
        now: the instant the run takes for now.

    Raises:
        SourceError: nothing has ever been landed, and the delivery could not be.
        ConfigurationError: nothing has been landed yet, or the YAML does not fit the first load.
        StorageError: the disk is full.
    """
    folder = landing / spec.system
    landed, failed = loads(folder), failure(folder)
    if not landed:
        if failed:
            raise SourceError(failed.problem)
        message = f"{spec.system}: nothing has been landed yet; materialise `landing/{spec.system}` first."
        raise ConfigurationError(message)
    try:
        applied = _brought_up(con, spec, yaml_file, landed, folder, now)
    except ConfigurationError as error:
        if not _has_records(con, spec.system):
            raise
        applied = Applied.not_applied(landed[-1], str(error).rstrip("."), find_column_drift(con, landed))
    if failed:
        applied = replace(applied, failed=failed.problem)
    with transaction(con):
        _note_feed(con, spec.system, applied, now)
    _LOG.info("%s", applied.in_words())
    return applied


def _brought_up(
    con: DuckDBPyConnection, spec: SourceSpec, yaml_file: Path, landed: list[Load], folder: Path, now: datetime
) -> Applied:
    """Apply the latest load, or where it is in force let what has run out since be no longer active."""
    load = landed[-1]
    mapping_hash = _mapping_hash(spec)
    if held := _in_force(con, spec, landed, mapping_hash):
        with transaction(con):
            con.execute(
                "UPDATE nominal.load SET last_seen_at = $at "
                "WHERE source_system = $system AND load_id = $load_id AND last_seen_at < $at",
                {"system": spec.system, "load_id": load.load_id, "at": load.last_seen_at},
            )
            # Where the source says itself what is active, that stands.
            told = {f"{item.kind} {item.resource}" for item in spec.items if item.active}
            judged = sorted({f"{item.kind} {item.resource}" for item in spec.items} - told)
            con.execute(RUN_OUT, {"system": spec.system, "now": now, "judged": judged})
        return held
    before = _load_in_force(con, spec.system, landed, mapping_hash)
    try:
        with suppress(_RefusedError), transaction(con):
            rest = _stage(con, spec, yaml_file, load, folder, before)
            applied = _apply(con, spec, landed, folder / load.load_id, rest).judged(spec)
            if applied.refused:
                raise _RefusedError
            _note(con, spec, applied, mapping_hash)
        if applied.refused:
            # Staged anew, since the tables went with the rest: what is wrong with the load can be looked up.
            with transaction(con):
                _stage(con, spec, yaml_file, load, folder, before)
                _note(con, spec, applied, mapping_hash)
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
    return applied


def _load_in_force(con: DuckDBPyConnection, system: str, landed: list[Load], mapping_hash: str) -> Load | None:
    """Return the load that the warehouse's records of a source come from, if it was applied with the same mapping."""
    row = con.execute(
        "SELECT load_id, mapping_hash FROM nominal.load WHERE source_system = $system AND refused IS NULL "
        "ORDER BY split_part(load_id, '-', 2) DESC LIMIT 1",
        {"system": system},
    ).fetchone()
    if row is None or row[1] != mapping_hash:
        return None
    return next((one for one in landed[:-1] if one.load_id == row[0]), None)


def _stage(
    con: DuckDBPyConnection, spec: SourceSpec, yaml_file: Path, load: Load, folder: Path, before: Load | None
) -> Counts | None:
    """Stage a load: the records that differ from the load in force, or all of them.

    Returns:
        What the load in force counted of the records that do not differ; None where all are staged.
    """
    if before is None or not find_touched(con, spec, before, load, folder):
        stage(con, spec, yaml_file, load, folder / load.load_id)
        return None
    select_touched_rows(con, spec, folder / before.load_id)
    stage(con, spec, yaml_file, before, folder / before.load_id, touched=True)
    rest = counts_in_force(con, spec.system, before.load_id) - staged_counts(
        con, spec, before, folder / before.load_id, touched=True
    )
    select_touched_rows(con, spec, folder / load.load_id)
    stage(con, spec, yaml_file, load, folder / load.load_id, touched=True)
    return rest


def _has_records(con: DuckDBPyConnection, system: str) -> bool:
    return bool(_one(con, "SELECT count(*) FROM nominal.record WHERE source_system = $system", {"system": system})[0])


def _note_feed(con: DuckDBPyConnection, system: str, applied: Applied, now: datetime) -> None:
    """Write how the source's feed stands; while it stays as it is, `since` does."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE feed_now AS
        WITH in_force AS (
            SELECT arg_max(load_id, split_part(load_id, '-', 2)) AS load_id, max(last_seen_at) AS last_seen_at
            FROM nominal.load WHERE source_system = $system AND refused IS NULL
        )
        SELECT $system AS source_system, $state AS state, $problem AS problem,
               coalesce((SELECT since FROM nominal.feed WHERE source_system = $system AND state = $state), $now)
                   AS since,
               load_id, last_seen_at
        FROM in_force
        """,
        {"system": system, "state": applied.state, "problem": applied.failed or applied.refused, "now": now},
    )
    con.execute("DELETE FROM nominal.feed WHERE source_system = $system", {"system": system})
    con.execute("INSERT INTO nominal.feed BY NAME FROM feed_now")


def _apply(con: DuckDBPyConnection, spec: SourceSpec, landed: list[Load], folder: Path, rest: Counts | None) -> Applied:
    """Take over what was staged and return what that changed.

    Args:
        con: the warehouse.
        spec: the source system.
        landed: its loads, the one that is staged last.
        folder: that load's folder.
        rest: counts of the records that were not staged because they do not differ; None where all were.
    """
    load = landed[-1]
    system = {"system": spec.system}
    this_load = {"load_id": load.load_id}
    concerned = "true" if rest is None else "record_key IN (SELECT $system || ':' || record_id FROM touched)"
    con.execute(ITEM_ROWS, {**system, "originator": spec.originator})
    con.execute(APPLY_RECORDS.format(concerned=concerned), system)
    con.execute(APPLY_ITEMS.format(concerned=concerned), {**system, **this_load})
    con.execute("DELETE FROM nominal.record WHERE record_key IN (SELECT record_key FROM record_change)")
    columns = ", ".join(RECORD.column_names)
    staged = columns.replace("load_id", "$load_id")
    con.execute(
        f"INSERT INTO nominal.record ({columns}) SELECT {staged} FROM staged_record "
        "SEMI JOIN record_change USING (record_key) ORDER BY record_key",
        this_load,
    )
    con.execute("DELETE FROM nominal.information_item WHERE item_key IN (SELECT item_key FROM item_change)")
    columns = ", ".join(INFORMATION_ITEM.column_names)
    staged = columns.replace(" load_id", " $load_id")
    con.execute(
        f"INSERT INTO nominal.information_item ({columns}) SELECT {staged} FROM staged_item_row "
        "JOIN (FROM item_change WHERE present) USING (item_key) ORDER BY item_key",
        this_load,
    )
    con.execute("DELETE FROM nominal.merge WHERE source_system = $system", system)
    con.execute(MERGES, system)
    changes = dict(con.execute("SELECT change, count(*) FROM record_change GROUP BY ALL").fetchall())
    (held,) = _one(con, "SELECT count(*) FROM nominal.record WHERE source_system = $system", system)
    new, deleted = changes.get("new", 0), changes.get("deleted", 0)
    write_profile(con, spec.system, load.load_id)
    counts = staged_counts(con, spec, load, folder, touched=rest is not None)
    if rest is not None:
        counts += rest
    return Applied(
        load=load,
        resources={name: _extracted(load, name, balance) for name, balance in counts.balance.items()},
        reasons=dict(
            con.execute("SELECT reason, count(*) FROM staged_quarantine GROUP BY ALL ORDER BY ALL").fetchall()
        ),
        records_before=held - new + deleted,
        records_new=new,
        records_changed=changes.get("changed", 0),
        records_deleted=deleted,
        drift=find_drift(con, landed),
        held=find_held(con, spec),
        quality=counts.quality,
    )


def _extracted(load: Load, resource: str, balance: Balance) -> Balance:
    """Return a resource's balance with the rows that landing counted, whatever was staged of them."""
    if resource not in load.rows:
        return balance
    return (load.rows[resource] + load.rejected.get(resource, 0), *balance[1:])


def _note(con: DuckDBPyConnection, spec: SourceSpec, applied: Applied, mapping_hash: str) -> None:
    """Write the load's rows of `nominal.load` and its quarantine, in place of what an earlier application wrote."""
    load = applied.load
    key = {"system": spec.system, "load_id": load.load_id}
    for table in ("nominal.quarantine", "nominal.load"):
        con.execute(f"DELETE FROM {table} WHERE source_system = $system AND load_id = $load_id", key)
    con.execute(
        "INSERT INTO nominal.quarantine SELECT $system, $load_id, resource, landed_row, part, reason, explanation, raw "
        "FROM staged_quarantine ORDER BY ALL",
        key,
    )
    counts = {field: getattr(applied, field) for field in COUNTS} | dict(zip(QUALITY, applied.quality, strict=True))
    for resource, balance in applied.resources.items():
        row = {
            "load_id": load.load_id,
            "source_system": spec.system,
            "resource": resource,
            **dict(zip(BALANCE, balance, strict=True)),
            "checksum": load.checksum,
            "mapping_hash": mapping_hash,
            "delivered_at": load.delivered_at,
            "last_seen_at": load.last_seen_at,
            **counts,
            "refused": applied.refused,
        }
        con.execute(
            f"INSERT INTO nominal.load ({', '.join(row)}) VALUES ({', '.join(f'${name}' for name in row)})", row
        )


def _in_force(con: DuckDBPyConnection, spec: SourceSpec, landed: list[Load], mapping_hash: str) -> Applied | None:
    """Return what applying the latest load did, where that was with the same mapping and it was not refused."""
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
        resources=counts.balance,
        reasons=dict(reasons),
        quality=counts.quality,
        repeated=True,
        drift=find_drift(con, landed),
        held=find_held(con, spec),
        **dict(zip(COUNTS, row, strict=True)),
    )


def _one(con: DuckDBPyConnection, sql: str, parameters: dict[str, Any]) -> tuple[int, ...]:
    row = con.execute(sql, parameters).fetchone()
    return tuple(int(value) for value in row) if row else ()


def _mapping_hash(spec: SourceSpec) -> str:
    """Return a hash of all that turns landed rows into canonical ones: the YAML's mapping and Conjoin's own forms."""
    digest = hashlib.sha256(spec.model_dump_json(exclude={"extract", "title", "description"}).encode())
    digest.update("".join((*standardise.APPLIED, STAGING, ITEM_ROWS)).encode())
    return digest.hexdigest()
