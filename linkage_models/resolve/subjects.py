"""Clusters to permanent subject ids: who keeps an id, who gets a new one, and the history of both.

What is written about a change as an event is in `events`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from linkage_models.relations import relation, single_row
from linkage_models.resolve.events import EventCounts, record_events
from linkage_models.resolve.subject_ids import number_sql, subject_id_sql


@dataclass(frozen=True, slots=True)
class AssignCounts:
    """What one assignment of subject ids came to.

    Attributes:
        subjects: subjects that have records now.
        opened: memberships begun: records new, back, or moved to another subject.
        closed: memberships ended: records gone or moved.
        kept: memberships that last.
        events: events written, by kind.
    """

    subjects: int
    opened: int
    closed: int
    kept: int
    events: EventCounts


def assign_subjects(
    con: duckdb.DuckDBPyConnection,
    *,
    partition: str,
    membership: str,
    events: str,
    merges: str,
    at: datetime,
    run_id: str,
) -> AssignCounts:
    """Carry permanent subject ids over to a new partition and write what changed (design invariant 3).

    A subject id goes to the cluster that shares most records with the subject; of equal claims the older id's and then
    the cluster with the smaller key wins; every id goes to at most one cluster and every cluster has one. What remains
    without gets new ids, in the order of the clusters' smallest record keys, counted on from the highest id ever
    issued. Memberships are closed and opened, never rewritten, but for what a run at the same instant undoes, and for
    the strict and wide ids, which are of the present only: `S00000001A-2` is the second largest strict part of a
    subject, and a wide subject bears the oldest id of the subjects in it. The same partition again changes nothing.

    Args:
        con: connection inside the caller's transaction.
        partition: relation (record_key, cluster, strict_cluster, wide_cluster) as `partition` makes it.
        membership: table shaped as `linkage.membership`; changed.
        events: table shaped as `linkage.subject_event`; appended to.
        merges: relation shaped as `nominal.merge`: which record took over a record merged in its source.
        at: when the new memberships begin; converted to UTC where it has a time zone, else taken as UTC.
        run_id: the run that makes the change.

    Returns:
        Counts for logs and metadata.

    Raises:
        ValueError: a membership has begun or ended later than `at`.
    """
    at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    (latest,) = single_row(con, f"SELECT max(greatest(since, coalesce(until, since))) FROM {relation(membership)}")
    if latest is not None and latest > at:
        raise ValueError(
            f"Subjects cannot be assigned as of {at.isoformat()}: "
            f"memberships already changed at {latest.isoformat()}; give a later time."
        )
    _hand_on_ids(con, partition, membership)
    _issue_new_ids(con, partition, membership, events)
    _name_levels(con, partition)
    # Events compare the open memberships with the new ones, so they are written before the memberships change.
    event_counts = record_events(con, membership=membership, events=events, merges=merges, at=at, run_id=run_id)
    opened, closed, kept = _write_memberships(con, membership, at)
    (subjects,) = single_row(con, "SELECT count(*) FROM _resolve_subject")
    for table in ("_resolve_overlap", "_resolve_subject", "_resolve_member"):
        con.execute(f"DROP TABLE temp.{table}")
    return AssignCounts(subjects=subjects, opened=opened, closed=closed, kept=kept, events=event_counts)


def _hand_on_ids(con: duckdb.DuckDBPyConnection, partition: str, membership: str) -> None:
    """Match subjects to clusters, largest share first; leaves `_resolve_overlap` and `_resolve_subject` behind."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE _resolve_overlap AS
        SELECT partition.cluster, member.subject_id, {number_sql("member.subject_id")} AS number, count(*) AS shared
        FROM {relation(partition)} AS partition
        JOIN {relation(membership)} AS member ON member.record_key = partition.record_key AND member.until IS NULL
        GROUP BY partition.cluster, member.subject_id
        """
    )
    con.execute("CREATE OR REPLACE TEMP TABLE _resolve_subject (cluster VARCHAR, subject_id VARCHAR)")
    con.execute("CREATE OR REPLACE TEMP TABLE _resolve_claim AS FROM _resolve_overlap")
    # Each round grants the claims that are best for both sides; that ends where granting the claims one by one from
    # the largest share down would, since a claim is only ever refused for a better one that was granted.
    while single_row(con, "SELECT count(*) FROM _resolve_claim") != (0,):
        con.execute(
            """
            INSERT INTO _resolve_subject
            WITH ranked AS (
                SELECT
                    cluster,
                    subject_id,
                    row_number() OVER (PARTITION BY cluster ORDER BY shared DESC, number) AS rank_for_cluster,
                    row_number() OVER (PARTITION BY subject_id ORDER BY shared DESC, cluster) AS rank_for_subject
                FROM _resolve_claim
            )
            SELECT cluster, subject_id FROM ranked WHERE rank_for_cluster = 1 AND rank_for_subject = 1
            """
        )
        con.execute(
            """
            CREATE OR REPLACE TEMP TABLE _resolve_claim AS
            FROM _resolve_claim
            ANTI JOIN _resolve_subject AS by_cluster USING (cluster)
            ANTI JOIN _resolve_subject AS by_subject USING (subject_id)
            """
        )
    con.execute("DROP TABLE temp._resolve_claim")


def _issue_new_ids(con: duckdb.DuckDBPyConnection, partition: str, membership: str, events: str) -> None:
    """Give every cluster without an id the next one, in the order of the clusters' keys."""
    con.execute(
        f"""
        INSERT INTO _resolve_subject
        WITH issued AS (
            SELECT subject_id FROM {relation(membership)}
            UNION ALL
            SELECT unnest(old_subject_ids || new_subject_ids) FROM {relation(events)}
        ),
        highest AS (
            SELECT coalesce(max({number_sql("subject_id")}), 0) AS number FROM issued
        ),
        numbered AS (
            SELECT cluster, highest.number + row_number() OVER (ORDER BY cluster) AS number
            FROM (SELECT DISTINCT cluster FROM {relation(partition)}) AS clusters
            ANTI JOIN _resolve_subject USING (cluster)
            CROSS JOIN highest
        )
        SELECT cluster, {subject_id_sql("number")} FROM numbered
        """
    )


def _name_levels(con: duckdb.DuckDBPyConnection, partition: str) -> None:
    """Say for every record its subject and its strict and wide subject; leaves `_resolve_member` behind."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE _resolve_member AS
        WITH strict_part AS (
            SELECT
                cluster,
                strict_cluster,
                row_number() OVER (PARTITION BY cluster ORDER BY count(*) DESC, strict_cluster) AS ordinal,
                count(*) OVER (PARTITION BY cluster) AS parts
            FROM {relation(partition)}
            GROUP BY cluster, strict_cluster
        ),
        wide_group AS (
            SELECT wide_cluster, arg_min(subject_id, {number_sql("subject_id")}) AS wide_subject_id
            FROM {relation(partition)} JOIN _resolve_subject USING (cluster)
            GROUP BY wide_cluster
        )
        SELECT
            record_key,
            subject_id,
            CASE WHEN parts = 1 THEN subject_id ELSE subject_id || '-' || ordinal END AS strict_subject_id,
            wide_subject_id
        FROM {relation(partition)}
        JOIN _resolve_subject USING (cluster)
        JOIN strict_part USING (cluster, strict_cluster)
        JOIN wide_group USING (wide_cluster)
        """
    )


def _write_memberships(con: duckdb.DuckDBPyConnection, membership: str, at: datetime) -> tuple[int, int, int]:
    """Close what ended, open what began, refresh the strict and wide ids; return opened, closed and kept."""
    table = relation(membership)
    ended = """
        old.until IS NULL AND NOT EXISTS (
            FROM _resolve_member AS new WHERE new.record_key = old.record_key AND new.subject_id = old.subject_id
        )
        """
    # What begins and ends at one instant, when a night is run again, never was; the events tell of it.
    (undone,) = single_row(con, f"DELETE FROM {table} AS old WHERE {ended} AND old.since = $at", {"at": at})
    (closed,) = single_row(con, f"UPDATE {table} AS old SET until = $at WHERE {ended}", {"at": at})
    # And what ended at this very instant and begins again has not ended.
    (resumed,) = single_row(
        con,
        f"""
        UPDATE {table} AS old SET until = NULL
        FROM _resolve_member AS new
        WHERE old.until = $at AND old.record_key = new.record_key AND old.subject_id = new.subject_id
        """,
        {"at": at},
    )
    con.execute(
        f"""
        UPDATE {table} AS old
        SET strict_subject_id = new.strict_subject_id, wide_subject_id = new.wide_subject_id
        FROM _resolve_member AS new
        WHERE old.until IS NULL AND old.record_key = new.record_key AND (
            old.strict_subject_id IS DISTINCT FROM new.strict_subject_id
            OR old.wide_subject_id IS DISTINCT FROM new.wide_subject_id
        )
        """
    )
    (kept,) = single_row(con, f"SELECT count(*) FROM {table} WHERE until IS NULL")
    (opened,) = single_row(
        con,
        f"""
        INSERT INTO {table} (record_key, subject_id, since, until, strict_subject_id, wide_subject_id)
        SELECT new.record_key, new.subject_id, $at, NULL, new.strict_subject_id, new.wide_subject_id
        FROM _resolve_member AS new
        ANTI JOIN (FROM {table} WHERE until IS NULL) AS old USING (record_key)
        ORDER BY new.record_key
        """,
        {"at": at},
    )
    return opened + resumed, closed + undone, kept - resumed
