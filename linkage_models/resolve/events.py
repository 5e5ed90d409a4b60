"""The history of subjects: events written when ids are created, merged, split or retired, and what an old id is now."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

import duckdb

from linkage_models.relations import Temporaries, relation, single_value, statement
from linkage_models.resolve.subject_ids import subject_id_macros


@dataclass(frozen=True, slots=True)
class EventCounts:
    """How many events of each kind were written."""

    created: int
    merged: int
    split: int
    retired: int


def record_events(own: Temporaries, events: str, at: datetime, run_id: str) -> EventCounts:
    """Write what changes between the open memberships and the new ones.

    Each kind of event has its statement under `history/`, which says when it is written and what it names.

    Args:
        own: what `assign_subjects` has made.
        events: table of `relations.SUBJECT_EVENT`; appended to.
        at: when, in UTC without a time zone.
        run_id: the run that makes the change.

    Returns:
        The number of events by kind.
    """
    own.table(
        "resolve_flow",
        "SELECT overlap.subject_id AS old_id, subject.subject_id AS new_id "
        "FROM resolve_overlap AS overlap JOIN resolve_subject AS subject USING (cluster)",
    )
    own.empty("resolve_change", "kind VARCHAR, old_subject_ids VARCHAR[], new_subject_ids VARCHAR[], reason VARCHAR")
    counts = {
        kind.name: single_value(own.con, f"INSERT INTO resolve_change {statement(__file__, f'history/{kind.name}')}")
        for kind in fields(EventCounts)
    }
    numbered = statement(__file__, "history/event")
    own.con.execute(f"INSERT INTO {relation(events)} BY NAME {numbered}", {"at": at, "run_id": run_id})
    return EventCounts(**counts)


def successors(con: duckdb.DuckDBPyConnection, events: str, subject_id: str) -> list[str]:
    """Return the live subjects that a subject id leads to: itself while it lives, else whatever its records went to.

    A retired id leads to every subject that took over any of its records, when it ended or before, and through those
    that are retired themselves to theirs: whoever kept the old id must miss no part of what it stood for.

    Args:
        con: any connection that can read the events.
        events: relation of `relations.SUBJECT_EVENT`.
        subject_id: an id ever issued, live or retired.

    Returns:
        Live subject ids, oldest first; none if the subject's records went away and none took them over.

    Raises:
        LookupError: the id was never issued.
    """
    with Temporaries(con) as own:
        own.view("resolve_event", f"FROM {relation(events)}")
        subject_id_macros(own)
        asked = {"subject_id": subject_id}
        named = (
            "SELECT count(*) FROM resolve_event WHERE list_contains(old_subject_ids || new_subject_ids, $subject_id)"
        )
        if not single_value(con, named, asked):
            raise LookupError(f"No subject was ever given the id {subject_id!r}; check it for a typing error.")
        return [live for (live,) in con.execute(statement(__file__, "history/successor"), asked).fetchall()]
