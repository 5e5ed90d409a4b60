"""The history of subjects: events written when ids are created, merged, split or retired, and what an old id is now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from linkage_models.relations import relation, single_row
from linkage_models.resolve.subject_ids import number_sql


@dataclass(frozen=True, slots=True)
class EventCounts:
    """How many events of each kind were written."""

    created: int
    merged: int
    split: int
    retired: int


def record_events(
    con: duckdb.DuckDBPyConnection, *, membership: str, events: str, merges: str, at: datetime, run_id: str
) -> EventCounts:
    """Write what changes between the open memberships and the new ones.

    * created: a subject of records that were in none; old ids are those its records were in before they went away.
    * merged: subjects whose remaining records all go to one subject of another id; old ids include the one that stays.
    * split: a subject whose records go to several; new ids begin with its own where it keeps it.
    * retired: a subject none of whose records remain; new ids are the subjects of the records that took them over in
      their source, if any.

    Args:
        con: connection inside the caller's transaction, holding `_resolve_overlap`, `_resolve_subject` and
            `_resolve_member` as `assign_subjects` makes them.
        membership: table shaped as `linkage.membership`, before its change.
        events: table shaped as `linkage.subject_event`; appended to.
        merges: relation shaped as `nominal.merge`.
        at: when, in UTC without a time zone.
        run_id: the run that makes the change.

    Returns:
        The number of events by kind.
    """
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE _resolve_event AS
        WITH RECURSIVE flow AS (
            SELECT overlap.subject_id AS old_id, subject.subject_id AS new_id
            FROM _resolve_overlap AS overlap
            JOIN _resolve_subject AS subject USING (cluster)
        ),
        created AS (
            SELECT subject.subject_id AS new_id, member.record_key
            FROM _resolve_subject AS subject
            ANTI JOIN _resolve_overlap USING (cluster)
            JOIN _resolve_member AS member USING (subject_id)
        ),
        former AS (
            SELECT created.new_id, old.subject_id AS old_id
            FROM created
            JOIN {relation(membership)} AS old USING (record_key)
            QUALIFY row_number() OVER (
                PARTITION BY record_key ORDER BY old.until DESC, old.since DESC, {number_sql("old.subject_id")} DESC
            ) = 1
        ),
        created_event AS (
            SELECT
                'created' AS kind,
                coalesce(list(DISTINCT old_id ORDER BY old_id) FILTER (old_id IS NOT NULL), []) AS old_subject_ids,
                [new_id] AS new_subject_ids,
                CASE WHEN count(old_id) > 0 THEN 'records came back' ELSE 'new records' END AS reason
            FROM (SELECT DISTINCT new_id FROM created) AS subjects
            LEFT JOIN former USING (new_id)
            GROUP BY new_id
        ),
        absorbed AS (
            SELECT old_id, any_value(new_id) AS new_id
            FROM flow
            GROUP BY old_id
            HAVING count(*) = 1 AND old_id <> any_value(new_id)
        ),
        merged_event AS (
            SELECT
                'merged' AS kind,
                list_sort(list(old_id) || [new_id]) AS old_subject_ids,
                [new_id] AS new_subject_ids,
                'records joined' AS reason
            FROM absorbed
            GROUP BY new_id
        ),
        split_event AS (
            SELECT
                'split' AS kind,
                [old_id] AS old_subject_ids,
                list(new_id ORDER BY new_id <> old_id, {number_sql("new_id")}) AS new_subject_ids,
                'records separated' AS reason
            FROM flow
            GROUP BY old_id
            HAVING count(*) > 1
        ),
        gone AS (
            SELECT subject_id AS old_id, record_key
            FROM {relation(membership)} AS old
            ANTI JOIN flow ON flow.old_id = old.subject_id
            WHERE old.until IS NULL
        ),
        -- UNION, not UNION ALL: two records merged to and fro in their source must not be followed for ever.
        survivor AS (
            SELECT old_id, record_key FROM gone
            UNION
            SELECT survivor.old_id, merge.surviving_key
            FROM survivor
            JOIN {relation(merges)} AS merge ON merge.merged_key = survivor.record_key
        ),
        successor AS (
            SELECT DISTINCT survivor.old_id, member.subject_id AS new_id
            FROM survivor
            JOIN _resolve_member AS member USING (record_key)
        ),
        retired_event AS (
            SELECT
                'retired' AS kind,
                [old_id] AS old_subject_ids,
                coalesce(list(new_id ORDER BY new_id) FILTER (new_id IS NOT NULL), []) AS new_subject_ids,
                CASE WHEN count(new_id) > 0 THEN 'merged in source' ELSE 'no records left' END AS reason
            FROM (SELECT DISTINCT old_id FROM gone) AS subjects
            LEFT JOIN successor USING (old_id)
            GROUP BY old_id
        )
        FROM created_event
        UNION ALL FROM merged_event
        UNION ALL FROM split_event
        UNION ALL FROM retired_event
        """
    )
    con.execute(
        f"""
        INSERT INTO {relation(events)} (event_id, happened_at, run_id, kind, old_subject_ids, new_subject_ids, reason)
        SELECT
            (SELECT coalesce(max(event_id), 0) FROM {relation(events)})
                + row_number() OVER (ORDER BY kind, old_subject_ids, new_subject_ids),
            $at, $run_id, kind, old_subject_ids, new_subject_ids, reason
        FROM _resolve_event
        ORDER BY 1
        """,
        {"at": at, "run_id": run_id},
    )
    created, merged, split, retired = single_row(
        con,
        """
        SELECT
            count(*) FILTER (kind = 'created'),
            count(*) FILTER (kind = 'merged'),
            count(*) FILTER (kind = 'split'),
            count(*) FILTER (kind = 'retired')
        FROM _resolve_event
        """,
    )
    con.execute("DROP TABLE temp._resolve_event")
    return EventCounts(created=created, merged=merged, split=split, retired=retired)


def successors(con: duckdb.DuckDBPyConnection, events: str, subject_id: str) -> list[str]:
    """Return the live subjects that a subject id leads to: itself while it lives, else whatever its records went to.

    A retired id leads to every subject that took over any of its records, when it ended or before, and through those
    that are retired themselves to theirs: whoever kept the old id must miss no part of what it stood for.

    Args:
        con: any connection that can read the events.
        events: relation shaped as `linkage.subject_event`.
        subject_id: an id ever issued, live or retired.

    Returns:
        Live subject ids, oldest first; none where the subject's records went away and none took them over.

    Raises:
        LookupError: the id was never issued.
    """
    # An event other than a creation retires the old ids that are not among its new ones; no id ever lives again. Events
    # are followed in the order they happened: what a successor lost before it took over was never part of the old id.
    query = f"""
        WITH RECURSIVE step AS (
            SELECT event_id, unnest(old_subject_ids) AS old_id, new_subject_ids, kind FROM {relation(events)}
        ),
        retired AS (
            SELECT DISTINCT old_id FROM step WHERE kind <> 'created' AND NOT list_contains(new_subject_ids, old_id)
        ),
        reached AS (
            SELECT $subject_id AS subject_id, 0::BIGINT AS event_id
            UNION
            SELECT unnest(step.new_subject_ids), step.event_id
            FROM reached
            JOIN retired ON retired.old_id = reached.subject_id
            JOIN step ON step.old_id = reached.subject_id AND step.event_id > reached.event_id
        )
        SELECT DISTINCT subject_id
        FROM reached
        ANTI JOIN retired ON retired.old_id = reached.subject_id
        ORDER BY {number_sql("subject_id")}
        """
    (issued,) = single_row(
        con,
        f"""
        SELECT bool_or(list_contains(old_subject_ids, $subject_id) OR list_contains(new_subject_ids, $subject_id))
        FROM {relation(events)}
        """,
        {"subject_id": subject_id},
    )
    if not issued:
        raise LookupError(f"No subject was ever given the id {subject_id!r}; check it for a typing error.")
    return [live for (live,) in con.execute(query, {"subject_id": subject_id}).fetchall()]
