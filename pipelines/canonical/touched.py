"""Touched: the records that a load may have changed, so that a night's work follows what changed that day.

A record is touched where a row that names it is new, gone or different, was in quarantine, tells of a merge, or holds
something that has run out since. All rows of a touched record are staged anew, and no others: what comes out is what
staging everything would give, which a property test holds it to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import duckdb

from linkage_models.relations import literal
from pipelines.canonical.bind import landed_view
from pipelines.landing.changes import parquet
from pipelines.source.extract import resources
from pipelines.source.extract.files import OWN_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.landing.manifest import Load
    from pipelines.source import SourceSpec
    from pipelines.source.mapping import ItemMapping, RecordMapping

WORTH_IT = 0.3
"""Share of touched records from which on staging everything is as quick."""

_DIFFERING = """
SELECT unnest(keys) AS record_id FROM (
    WITH now AS (
        SELECT hash(*COLUMNS(* EXCLUDE ({own}))) AS content, {keys} AS keys FROM {now}
    ), before AS (
        SELECT hash(*COLUMNS(* EXCLUDE ({own}))) AS content, {keys} AS keys FROM {before}
    ), differing AS (
        SELECT content
        FROM (SELECT content, 1 AS times FROM now UNION ALL SELECT content, -1 FROM before)
        GROUP BY content HAVING sum(times) <> 0
    )
    SELECT keys FROM now SEMI JOIN differing USING (content)
    UNION ALL SELECT keys FROM before SEMI JOIN differing USING (content)
)
"""

_QUARANTINED = """
SELECT unnest({keys}) FROM {before}
WHERE _row IN (SELECT landed_row FROM nominal.quarantine WHERE source_system = $system AND load_id = $before
               AND (resource = {resource} OR starts_with(resource, {resource} || '.')))
"""

_RUN_OUT = """
SELECT substr(record_key, len($system) + 2) FROM nominal.information_item
WHERE source_system = $system AND to_date > $then::DATE AND to_date <= $now::DATE
"""


def find_touched(con: DuckDBPyConnection, spec: SourceSpec, before: Load, now: Load, folder: Path) -> bool:
    """Fill the temporary table `touched` (record_id) with the records that differ between two loads.

    Args:
        con: the warehouse.
        spec: the source system.
        before: the load in force, applied with the same mapping.
        now: the load that follows it.
        folder: the source's landing folder.

    Returns:
        False where everything must be staged: other columns, another year (by which identifiers are judged), keys that
        stand inside nested lists, or too much that differs.
    """
    if before.columns != now.columns or before.delivered_at.year != now.delivered_at.year:
        return False
    then, here = folder / before.load_id, folder / now.load_id
    try:
        parts = list(_parts(con, spec, then, here))
    except (duckdb.BinderException, FileNotFoundError):
        return False
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT record_id "
        f"FROM ({' UNION ALL '.join([*parts, _RUN_OUT])}) WHERE record_id IS NOT NULL",
        {"system": spec.system, "before": before.load_id, "then": before.delivered_at, "now": now.delivered_at},
    )
    counted = con.execute(
        "SELECT (SELECT count(*) FROM touched), count(*) FROM nominal.record WHERE source_system = $system",
        {"system": spec.system},
    ).fetchone()
    return counted is not None and counted[0] <= WORTH_IT * counted[1]


def _parts(con: DuckDBPyConnection, spec: SourceSpec, then: Path, here: Path) -> Iterator[str]:
    for name in resources(spec.extract):
        paths = {"now": here / f"{name}.parquet", "before": then / f"{name}.parquet"}
        for path in paths.values():
            path.stat()
        relations = {which: parquet(path) for which, path in paths.items()}
        held = [column for column, *_ in con.execute(f"DESCRIBE FROM {relations['now']}").fetchall()]
        own = ", ".join(column for column in OWN_COLUMNS if column in held)
        keys = _keys(spec, name)
        con.execute(f"SELECT {keys} FROM {relations['now']} LIMIT 0")
        yield _DIFFERING.format(own=own, keys=keys, **relations)
        yield _QUARANTINED.format(keys=keys, before=relations["before"], resource=literal(name))
    for item in spec.items:
        if item.kind == "merge":
            for folder in (then, here):
                view = landed_view(folder, spec, item.source, item.each)
                yield f"SELECT unnest([{_id(item.key)}, {_id(item.value or 'NULL')}]) FROM {view}"


def _keys(spec: SourceSpec, resource: str) -> str:
    """Return the record ids that a row of a resource names, as an SQL list."""
    mappings: list[RecordMapping | ItemMapping] = [spec.record, *spec.items]
    keys = dict.fromkeys(_id(mapping.key) for mapping in mappings if mapping.source == resource)
    return f"[{', '.join(keys)}]"


def _id(expression: str) -> str:
    return f"nullif(trim(({expression})::VARCHAR), '')"


def select_touched_rows(con: DuckDBPyConnection, spec: SourceSpec, folder: Path) -> None:
    """Fill `touched_row` (resource, _row) with a load's rows of touched records, and of none that can be named."""
    selects = [
        f"""
        SELECT DISTINCT {literal(name)} AS resource, _row
        FROM (SELECT _row, unnest({_keys(spec, name)}) AS record_id FROM {parquet(folder / f"{name}.parquet")}) AS named
        LEFT JOIN touched USING (record_id)
        WHERE record_id IS NULL OR touched.record_id IS NOT NULL
        """
        for name in resources(spec.extract)
    ]
    con.execute(f"CREATE OR REPLACE TEMP TABLE touched_row AS {' UNION ALL '.join(selects)}")
