"""Merges: which record ids a source merged into others, and which one is left in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage_models.relations import literal
from pipelines.canonical.bind import landed_view, when

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.source import SourceSpec

MERGE_DDL = """
CREATE OR REPLACE TEMP TABLE merge_event (merged_key VARCHAR, surviving_key VARCHAR)
"""

MERGE_EVENT = """
INSERT INTO merge_event
SELECT DISTINCT {prefix} || nullif(trim(({value})::VARCHAR), ''), {prefix} || nullif(trim(({key})::VARCHAR), '')
FROM {landed} WHERE {when}
"""

# Merges are followed to the record that is left in the end. One that comes back to where it began, goes to two records
# or ends in one that the source does not hold tells nothing, and is set apart.
MERGE = """
CREATE OR REPLACE TEMP TABLE staged_merge AS
WITH RECURSIVE event AS (
    FROM merge_event WHERE merged_key IS NOT NULL AND surviving_key IS NOT NULL
), walk AS (
    SELECT merged_key, surviving_key AS ending_at, [merged_key] AS path, merged_key = surviving_key AS in_a_cycle
    FROM event
    UNION ALL
    SELECT walk.merged_key, event.surviving_key, list_append(path, ending_at), list_contains(path, event.surviving_key)
    FROM walk JOIN event ON event.merged_key = walk.ending_at WHERE NOT in_a_cycle
), ending AS (
    SELECT merged_key, bool_or(in_a_cycle) AS in_a_cycle,
           list_distinct(list(ending_at) FILTER (ending_at NOT IN (SELECT merged_key FROM event))) AS ends
    FROM walk GROUP BY merged_key
)
SELECT ending.merged_key, ends[1] AS record_key,
       CASE WHEN in_a_cycle THEN 'merge_cycle' WHEN len(ends) > 1 THEN 'merge_conflict'
            WHEN person.record_key IS NULL THEN 'unknown_record' END AS problem
FROM ending
LEFT JOIN (SELECT record_key FROM staged_person WHERE problem IS NULL) person ON person.record_key = ends[1]
"""

MERGED_PERSON = """
UPDATE staged_person SET problem = 'merged'
WHERE problem IS NULL AND record_key IN (SELECT merged_key FROM staged_merge WHERE problem IS NULL)
"""


def stage_merges(con: DuckDBPyConnection, spec: SourceSpec, folder: Path, *, touched: bool) -> None:
    """Find which record ids the source merged into others."""
    con.execute(MERGE_DDL)
    for item in spec.items:
        if item.kind == "merge":
            con.execute(
                MERGE_EVENT.format(
                    prefix=literal(spec.system + ":"),
                    value=item.value,
                    key=item.key,
                    when=when(item),
                    landed=landed_view(folder, spec, item.source, item.each, touched=touched),
                )
            )
    con.execute(MERGE)
    con.execute(MERGED_PERSON)
