"""Clusters to permanent subject ids: who keeps an id, who gets a new one, and the history of both.

What is written about a change as an event is in `events`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

import duckdb

from linkage_models.instants import naive_utc
from linkage_models.relations import Temporaries, relation, single_value, statement
from linkage_models.resolve.events import EventCounts, record_events
from linkage_models.resolve.subject_ids import subject_id_macros
from linkage_models.words import counted

_LOG = logging.getLogger(__name__)

_NONE_IN_STORE = "SELECT NULL::VARCHAR AS record_key, NULL::VARCHAR AS subject_id WHERE false"
_NONE_ELSEWHERE = "SELECT NULL::VARCHAR AS subject_id WHERE false"


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


def assign_subjects(  # noqa: PLR0913 - each names one relation or fact that ids follow from
    con: duckdb.DuckDBPyConnection,
    *,
    partition: str,
    membership: str,
    events: str,
    merges: str,
    at: datetime,
    run_id: str,
    reserved: str | None = None,
    issued_elsewhere: str | None = None,
) -> AssignCounts:
    """Carry permanent subject ids over to a new partition and write what changed (design invariant 3).

    A subject id goes to the cluster that shares most records with the subject. Of equal claims, the older id wins, and
    then the cluster with the smaller key. Every id goes to at most one cluster, and every cluster has one. Clusters
    without an old id get new ids, in the order of their smallest record keys, counted on from the highest id ever
    issued. Memberships are closed and opened, never rewritten, with two exceptions: what a run at the same instant
    undoes, and the strict and wide ids, which are of the present only (`S00000001A-2` is the second largest strict part
    of a subject, and a wide subject has the oldest id of the subjects in it). The same partition again changes nothing.

    Args:
        con: connection inside the caller's transaction.
        partition: relation (record_key, cluster, strict_cluster, wide_cluster) as `partition` makes it.
        membership: table of `relations.MEMBERSHIP`; changed.
        events: table of `relations.SUBJECT_EVENT`; appended to.
        merges: relation of `relations.MERGE`: which record took over a record merged in its source.
        at: when the new memberships begin; converted to UTC if it has a time zone, else taken as UTC.
        run_id: the run that makes the change.
        reserved: table (record_key, subject_id) of records that are to have an id in store, as if each began a cluster
            of its own: those without one are given it here, in one order with the new clusters. A new cluster takes the
            id in store for its smallest record.
        issued_elsewhere: relation with a column `subject_id`: ids that other partitions have, which are not free.

    Returns:
        Counts for logs and metadata.

    Raises:
        ValueError: a membership has begun or ended later than `at`.
    """
    at = naive_utc(at)
    latest = single_value(con, f"SELECT max(greatest(since, coalesce(until, since))) FROM {relation(membership)}")
    if latest is not None and latest > at:
        raise ValueError(
            f"Subjects cannot be assigned as of {at.isoformat()}: "
            f"memberships already changed at {latest.isoformat()}; give a later time."
        )
    with Temporaries(con) as own:
        own.view("resolve_partition", f"FROM {relation(partition)}")
        own.view("resolve_membership", f"FROM {relation(membership)}")
        own.view("resolve_event", f"FROM {relation(events)}")
        own.view("resolve_merge", f"FROM {relation(merges)}")
        stored = f"FROM {relation(reserved)}" if reserved else _NONE_IN_STORE
        own.table("resolve_reserved", stored)
        elsewhere = f"SELECT subject_id FROM {relation(issued_elsewhere)}" if issued_elsewhere else _NONE_ELSEWHERE
        own.view("resolve_elsewhere", elsewhere)
        subject_id_macros(own)
        _hand_on_ids(own)
        own.table("resolve_issued", statement(__file__, "assign/issued"))
        con.execute(
            "INSERT INTO resolve_subject FROM resolve_issued SEMI JOIN resolve_partition USING (cluster) "
            "ANTI JOIN resolve_subject USING (cluster)"
        )
        if reserved:
            con.execute(
                f"UPDATE {relation(reserved)} AS store SET subject_id = issued.subject_id "
                "FROM resolve_issued AS issued "
                "WHERE store.record_key = issued.cluster AND store.subject_id IS NULL"
            )
        own.table("resolve_member", statement(__file__, "assign/member"))
        # Events compare the open memberships with the new ones, so they are written before the memberships change.
        event_counts = record_events(own, events, at, run_id)
        opened, closed, kept = _write_memberships(con, membership, at)
        subjects = single_value(con, "SELECT count(*) FROM resolve_subject")
    _LOG.info("%s; %s opened, %d closed", counted(subjects, "subject"), counted(opened, "membership"), closed)
    return AssignCounts(subjects=subjects, opened=opened, closed=closed, kept=kept, events=event_counts)


def _hand_on_ids(own: Temporaries) -> None:
    """Make `resolve_overlap` and `resolve_subject`: match subjects to clusters, the largest share first.

    Each round grants the claims that are best for both sides; that ends where granting the claims one by one from the
    largest share down would, since a claim is only ever denied for a better one that was granted.
    """
    own.table("resolve_overlap", statement(__file__, "assign/overlap"))
    own.table("resolve_claim", "FROM resolve_overlap")
    own.empty("resolve_subject", "cluster VARCHAR, subject_id VARCHAR")
    while single_value(own.con, f"INSERT INTO resolve_subject {statement(__file__, 'assign/granted')}"):
        own.table(
            "resolve_claim",
            "FROM resolve_claim ANTI JOIN resolve_subject AS granted USING (cluster) "
            "ANTI JOIN resolve_subject AS taken USING (subject_id)",
        )


def _write_memberships(con: duckdb.DuckDBPyConnection, membership: str, at: datetime) -> tuple[int, int, int]:
    """Close what ended, open what began, refresh the strict and wide ids; return opened, closed and kept."""
    table, now = relation(membership), {"at": at}
    new = "resolve_member AS new"
    same = "new.record_key = old.record_key AND new.subject_id = old.subject_id"
    ended = f"old.until IS NULL AND NOT EXISTS (FROM {new} WHERE {same})"
    # What begins and ends at one instant, when a night is run again, never was; the events tell of it.
    undone = single_value(con, f"DELETE FROM {table} AS old WHERE {ended} AND old.since = $at", now)
    closed = single_value(con, f"UPDATE {table} AS old SET until = $at WHERE {ended}", now)
    # And what ended at this very instant and begins again has not ended.
    resumed = single_value(
        con, f"UPDATE {table} AS old SET until = NULL FROM {new} WHERE old.until = $at AND {same}", now
    )
    levels = ("strict_subject_id", "wide_subject_id")
    con.execute(
        f"UPDATE {table} AS old SET {', '.join(f'{level} = new.{level}' for level in levels)} FROM {new} "
        f"WHERE old.until IS NULL AND {same} "
        f"AND ({' OR '.join(f'old.{level} IS DISTINCT FROM new.{level}' for level in levels)})"
    )
    kept = single_value(con, f"SELECT count(*) FROM {table} WHERE until IS NULL")
    opened = single_value(
        con,
        f"INSERT INTO {table} BY NAME SELECT *, $at AS since FROM resolve_member "
        f"ANTI JOIN (FROM {table} WHERE until IS NULL) AS old USING (record_key) ORDER BY record_key",
        now,
    )
    return opened + resumed, closed + undone, kept - resumed
