"""Apply: bring the warehouse's nominal records, items and quarantine of one source system up to its latest load.

Each load is applied in one transaction together with its row in `nominal.load`, so it applies once however often a
run is killed and repeated. What did not change is left untouched, so that later stages see what did.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb

from linkage_models import standardise
from pipelines.canonical.applied import COUNTS, Applied
from pipelines.canonical.profile import find_drift, write_profile
from pipelines.canonical.stage import STAGING, count_deleted, count_elements, resources, stage
from pipelines.errors import ConfigurationError, SourceError, raise_if_storage
from pipelines.landing.manifest import failure, loads
from pipelines.warehouse.catalogue.nominal import INFORMATION_ITEM, RECORD
from pipelines.warehouse.database import transaction

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.landing.manifest import Load
    from pipelines.source import SourceSpec

ITEM_ROWS = """
CREATE OR REPLACE TEMP TABLE staged_item_row AS
WITH content AS (
    SELECT *, concat_ws('|', record_key, kind, resource, source_item_id) AS named,
           md5((record_key, kind, code, value, item_date, from_date, to_date, active, detail, marking,
                handling, $originator)::VARCHAR) AS content_hash
    FROM staged_item WHERE problem IS NULL
), keyed AS (
    -- Two items alike in everything are two items: the ordinal tells them apart.
    SELECT *, md5(CASE WHEN source_item_id IS NULL THEN named || '|' || content_hash ELSE named END || '|' ||
                  row_number() OVER (PARTITION BY named, CASE WHEN source_item_id IS NULL THEN content_hash END
                                     ORDER BY mapping, landed_row, part)) AS item_key
    FROM content
)
SELECT item_key, record_key, $system AS source_system, kind, code, value, item_date, from_date, to_date, active, detail,
       marking, handling, $originator AS originator, content_hash, resource, landed_row
FROM keyed
"""

APPLY_RECORDS = """
CREATE OR REPLACE TEMP TABLE record_change AS
SELECT coalesce(staged.record_key, held.record_key) AS record_key,
       CASE WHEN held.record_key IS NULL THEN 'new' WHEN staged.record_key IS NULL THEN 'deleted' ELSE 'changed' END
           AS change
FROM staged_record staged
FULL JOIN (FROM nominal.record WHERE source_system = $system) held ON held.record_key = staged.record_key
WHERE held.content_hash IS DISTINCT FROM staged.content_hash
"""

APPLY_ITEMS = """
CREATE OR REPLACE TEMP TABLE item_change AS
SELECT coalesce(staged.item_key, held.item_key) AS item_key, staged.item_key IS NOT NULL AS present,
       coalesce(held.first_load_id, $load_id) AS first_load_id
FROM staged_item_row staged
FULL JOIN (FROM nominal.information_item WHERE source_system = $system) held ON held.item_key = staged.item_key
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
        applied = _brought_up(con, spec, yaml_file, landed, folder)
    except ConfigurationError as error:
        if not _has_records(con, spec.system):
            raise
        applied = Applied.not_applied(landed[-1], str(error).rstrip("."))
    if failed:
        applied = replace(applied, failed=failed.problem)
    with transaction(con):
        _note_feed(con, spec.system, applied, now)
    return applied


def _brought_up(
    con: DuckDBPyConnection, spec: SourceSpec, yaml_file: Path, landed: list[Load], folder: Path
) -> Applied:
    """Apply the latest load unless it is in force."""
    load = landed[-1]
    mapping_hash = _mapping_hash(spec)
    if held := _in_force(con, spec, landed, mapping_hash):
        with transaction(con):
            con.execute(
                "UPDATE nominal.load SET last_seen_at = $at "
                "WHERE source_system = $system AND load_id = $load_id AND last_seen_at < $at",
                {"system": spec.system, "load_id": load.load_id, "at": load.last_seen_at},
            )
        return held
    try:
        with suppress(_RefusedError), transaction(con):
            stage(con, spec, yaml_file, load, folder / load.load_id)
            applied = _apply(con, spec, landed, folder / load.load_id).judged(spec)
            if applied.refused:
                raise _RefusedError
            _note(con, spec, applied, mapping_hash)
        if applied.refused:
            # Staged anew, since the tables went with the rest: what is wrong with the load can be looked up.
            with transaction(con):
                stage(con, spec, yaml_file, load, folder / load.load_id)
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


def _has_records(con: DuckDBPyConnection, system: str) -> bool:
    return bool(_one(con, "SELECT count(*) FROM nominal.record WHERE source_system = $system", {"system": system})[0])


def _note_feed(con: DuckDBPyConnection, system: str, applied: Applied, now: datetime) -> None:
    """Write how the source's feed stands; while it stays as it is, `since` does."""
    state = "failed" if applied.failed else "refused" if applied.refused else "current"
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE feed_now AS
        WITH in_force AS (
            SELECT arg_max(load_id, split_part(load_id, '-', 2)) AS load_id, max(last_seen_at) AS last_seen_at
            FROM nominal.load WHERE source_system = $system AND refused IS NULL
        )
        SELECT $system AS source_system, $state AS state, $problem AS problem,
               coalesce((SELECT since FROM nominal.feed WHERE source_system = $system AND state = $state), $now) AS since,
               load_id, last_seen_at
        FROM in_force
        """,
        {"system": system, "state": state, "problem": applied.failed or applied.refused, "now": now},
    )
    con.execute("DELETE FROM nominal.feed WHERE source_system = $system", {"system": system})
    con.execute("INSERT INTO nominal.feed BY NAME FROM feed_now")


def _apply(con: DuckDBPyConnection, spec: SourceSpec, landed: list[Load], folder: Path) -> Applied:
    """Take over what was staged and return what that changed."""
    load = landed[-1]
    system = {"system": spec.system}
    this_load = {"load_id": load.load_id}
    con.execute(ITEM_ROWS, {**system, "originator": spec.originator})
    con.execute(APPLY_RECORDS, system)
    con.execute(APPLY_ITEMS, {**system, **this_load})
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
    held, dates, unreadable, unmapped, unknown, invalid = _one(
        con,
        """
        WITH given AS (
            SELECT dates_given, unreadable_dates, unmapped_codes, false AS unknown, NULL AS valid
            FROM staged_person WHERE problem IS NULL
            UNION ALL
            SELECT dates_given, unreadable_dates, unmapped_codes, problem IS NOT NULL, identifier.valid FROM staged_item
            WHERE problem IS NULL OR problem = 'unknown_kind'
        )
        SELECT (SELECT count(*) FROM nominal.record WHERE source_system = $system),
               coalesce(sum(dates_given), 0), coalesce(sum(unreadable_dates), 0), coalesce(sum(unmapped_codes), 0),
               count(*) FILTER (unknown),
               count(*) FILTER (NOT unknown AND NOT valid)
        FROM given
        """,
        system,
    )
    new, deleted = changes.get("new", 0), changes.get("deleted", 0)
    write_profile(con, spec.system, load.load_id)
    return Applied(
        load=load,
        resources={
            resource: _reconciled(con, spec, load, folder, resource, source, each)
            for resource, (source, each) in resources(spec).items()
        },
        reasons=dict(
            con.execute("SELECT reason, count(*) FROM staged_quarantine GROUP BY ALL ORDER BY ALL").fetchall()
        ),
        records_before=held - new + deleted,
        records_new=new,
        records_changed=changes.get("changed", 0),
        records_deleted=deleted,
        dates_given=dates,
        unreadable_dates=unreadable,
        unmapped_codes=unmapped,
        unknown_kinds=unknown,
        invalid_identifiers=invalid,
        drift=find_drift(con, landed),
    )


def _reconciled(
    con: DuckDBPyConnection, spec: SourceSpec, load: Load, folder: Path, resource: str, source: str, each: str | None
) -> tuple[int, int, int, int]:
    """Return how many rows of a resource were extracted, accepted, quarantined and deleted in the source."""
    accepted, quarantined = _one(
        con,
        """
        WITH accepted AS (
            SELECT landed_row, part FROM staged_item WHERE resource = $resource AND problem IS NULL
            UNION SELECT landed_row, 0 FROM staged_person WHERE $is_record AND problem IS NULL
        ), quarantined AS (
            SELECT DISTINCT landed_row, part FROM staged_quarantine WHERE resource = $resource
        )
        SELECT (SELECT count(*) FROM accepted), (SELECT count(*) FROM quarantined)
        """,
        {"resource": resource, "is_record": resource == spec.record.source},
    )
    if each:
        return count_elements(con, spec, folder, source, each), accepted, quarantined, 0
    extracted = load.rows[source] + load.rejected.get(source, 0)
    return extracted, accepted, quarantined, count_deleted(con, spec, folder, source)


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
    counts = {field: getattr(applied, field) for field in COUNTS}
    for resource, (extracted, accepted, quarantined, deleted) in applied.resources.items():
        row = {
            "load_id": load.load_id,
            "source_system": spec.system,
            "resource": resource,
            "rows_extracted": extracted,
            "rows_accepted": accepted,
            "rows_quarantined": quarantined,
            "rows_deleted": deleted,
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
    rows = con.execute(
        f"SELECT resource, rows_extracted, rows_accepted, rows_quarantined, rows_deleted, {', '.join(COUNTS)} "
        "FROM nominal.load "
        "WHERE source_system = $system AND load_id = $load_id AND mapping_hash = $mapping AND refused IS NULL "
        "ORDER BY resource",
        {**key, "mapping": mapping_hash},
    ).fetchall()
    if not rows:
        return None
    reasons = con.execute(
        "SELECT reason, count(*) FROM nominal.quarantine WHERE source_system = $system AND load_id = $load_id "
        "GROUP BY ALL ORDER BY ALL",
        key,
    ).fetchall()
    return Applied(
        load=load,
        resources={resource: tuple(counts[:4]) for resource, *counts in rows},
        reasons=dict(reasons),
        repeated=True,
        drift=find_drift(con, landed),
        **dict(zip(COUNTS, rows[0][5:], strict=True)),
    )


def _one(con: DuckDBPyConnection, sql: str, parameters: dict[str, Any]) -> tuple[int, ...]:
    row = con.execute(sql, parameters).fetchone()
    return tuple(int(value) for value in row) if row else ()


def _mapping_hash(spec: SourceSpec) -> str:
    """Return a hash of all that turns landed rows into canonical ones: the YAML's mapping, and Conjoin's own SQL."""
    digest = hashlib.sha256(spec.model_dump_json(exclude={"extract", "title", "description"}).encode())
    digest.update("".join((*standardise.MACROS, STAGING, ITEM_ROWS)).encode())
    return digest.hexdigest()
