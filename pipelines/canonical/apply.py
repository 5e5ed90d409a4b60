"""Apply: bring the warehouse's nominal records, items and quarantine of one source system up to its latest load.

Each load is applied in one transaction together with its row in `nominal.load`, so it applies once however often a
run is killed and repeated. What did not change is left untouched, so that later stages see what did.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb

from linkage_models import standardise
from pipelines.canonical.stage import count_elements, resources, stage
from pipelines.errors import ConfigurationError, raise_if_storage
from pipelines.landing.land import loads
from pipelines.warehouse.catalogue.nominal import INFORMATION_ITEM, RECORD
from pipelines.warehouse.database import transaction

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.landing.land import Load
    from pipelines.source import SourceSpec

ITEM_ROWS = """
CREATE OR REPLACE TEMP TABLE staged_item_row AS
WITH content AS (
    SELECT *, concat_ws('|', record_key, kind, resource, source_item_id) AS named,
           md5((record_key, kind, code, value, item_date, from_date, to_date, active, detail, marking,
                handling)::VARCHAR) AS content_hash
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


@dataclass(frozen=True)
class Applied:
    """What applying a load did: rows in against rows out, and nominal records changed."""

    load: Load
    extracted: int
    accepted: int
    quarantined: int
    records_new: int
    records_changed: int
    records_deleted: int
    unreadable_dates: int
    repeated: bool

    @property
    def quarantine_share(self) -> float:
        """Share of the load's rows that went to quarantine."""
        return self.quarantined / self.extracted if self.extracted else 0.0


def apply_latest(con: DuckDBPyConnection, spec: SourceSpec, yaml_file: Path, landing: Path) -> Applied:
    """Bring the warehouse up to the latest load of a source system; do nothing where it already is.

    Args:
        con: the warehouse's writer.
        spec: the source system.
        yaml_file: where its YAML lies, for errors.
        landing: the landing folder of all systems.

    Raises:
        ConfigurationError: nothing has been landed yet, or the YAML does not fit what was.
        StorageError: the disk is full.
    """
    folder = landing / spec.system
    landed = loads(folder)
    if not landed:
        message = f"{spec.system}: nothing has been landed yet; materialise `landing/{spec.system}` first."
        raise ConfigurationError(message)
    load = landed[-1]
    mapping_hash = _mapping_hash(spec)
    if held := _already_applied(con, load, mapping_hash):
        with transaction(con):
            con.execute(
                "UPDATE nominal.load SET last_seen_at = $at "
                "WHERE source_system = $system AND load_id = $load_id AND last_seen_at < $at",
                {"system": spec.system, "load_id": load.load_id, "at": load.last_seen_at},
            )
        return held
    try:
        with transaction(con):
            stage(con, spec, yaml_file, load, folder / load.load_id)
            return _apply(con, spec, load, folder / load.load_id, mapping_hash)
    except duckdb.ConversionException:
        message = (
            f"{yaml_file}: an expression cannot convert a value that {spec.system} delivered in load {load.load_id}; "
            "use try_cast or try_strptime in it."
        )
        raise ConfigurationError(message) from None
    except duckdb.Error as error:
        raise_if_storage(error)
        raise


def _apply(con: DuckDBPyConnection, spec: SourceSpec, load: Load, folder: Path, mapping_hash: str) -> Applied:
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
    # A load applied again, after its YAML changed, replaces what it said before.
    con.execute(
        "DELETE FROM nominal.quarantine WHERE source_system = $system AND load_id = $load_id", system | this_load
    )
    con.execute("DELETE FROM nominal.load WHERE source_system = $system AND load_id = $load_id", system | this_load)
    con.execute(
        "INSERT INTO nominal.quarantine SELECT $system, $load_id, resource, landed_row, part, reason, explanation, raw "
        "FROM staged_quarantine ORDER BY ALL",
        system | this_load,
    )
    changes = dict(con.execute("SELECT change, count(*) FROM record_change GROUP BY ALL").fetchall())
    unreadable = con.execute(
        "SELECT (SELECT coalesce(sum(unreadable_dates), 0) FROM staged_person WHERE problem IS NULL) "
        "     + (SELECT coalesce(sum(unreadable_dates), 0) FROM staged_item WHERE problem IS NULL)"
    ).fetchone()
    for resource, (source, each) in resources(spec).items():
        con.execute(
            """
            INSERT INTO nominal.load
            WITH accepted AS (
                SELECT landed_row, part FROM staged_item WHERE resource = $resource AND problem IS NULL
                UNION SELECT landed_row, 0 FROM staged_person WHERE $is_record AND problem IS NULL
            ), quarantined AS (
                SELECT DISTINCT landed_row, part FROM staged_quarantine WHERE resource = $resource
            )
            SELECT $load_id, $system, $resource, $extracted, (SELECT count(*) FROM accepted),
                   (SELECT count(*) FROM quarantined), $checksum, $mapping_hash,
                   $delivered_at, $last_seen_at, $new, $changed, $deleted, $unreadable
            """,
            {
                **system,
                **this_load,
                "resource": resource,
                "is_record": resource == spec.record.source,
                "extracted": count_elements(con, folder, source, each)
                if each
                else load.rows[source] + load.rejected.get(source, 0),
                "checksum": load.checksum,
                "mapping_hash": mapping_hash,
                "delivered_at": load.delivered_at,
                "last_seen_at": load.last_seen_at,
                "new": changes.get("new", 0),
                "changed": changes.get("changed", 0),
                "deleted": changes.get("deleted", 0),
                "unreadable": int(unreadable[0]) if unreadable else 0,
            },
        )
    applied = _already_applied(con, load, mapping_hash)
    if applied is None:
        message = "the load's own rows are not in nominal.load"
        raise AssertionError(message)
    return replace(applied, repeated=False)


def _already_applied(con: DuckDBPyConnection, load: Load, mapping_hash: str) -> Applied | None:
    row = con.execute(
        """
        SELECT sum(rows_extracted), sum(rows_accepted), sum(rows_quarantined), any_value(records_new),
               any_value(records_changed), any_value(records_deleted), any_value(unreadable_dates), count(*)
        FROM nominal.load
        WHERE source_system = $system AND load_id = $load_id AND mapping_hash = $mapping_hash
        """,
        {"system": load.system, "load_id": load.load_id, "mapping_hash": mapping_hash},
    ).fetchone()
    if row is None or not row[7]:
        return None
    return Applied(
        load=load,
        extracted=int(row[0]),
        accepted=int(row[1]),
        quarantined=int(row[2]),
        records_new=int(row[3]),
        records_changed=int(row[4]),
        records_deleted=int(row[5]),
        unreadable_dates=int(row[6]),
        repeated=True,
    )


def _mapping_hash(spec: SourceSpec) -> str:
    """Return a hash of all that turns landed rows into canonical ones: the YAML's mapping and the standard forms."""
    digest = hashlib.sha256(spec.model_dump_json(exclude={"extract", "title", "description"}).encode())
    digest.update("".join(standardise.MACROS).encode())
    return digest.hexdigest()
