"""Take over: what was staged becomes the warehouse's nominal records, items and quarantine, unless it is refused.

What did not change is left untouched, so that later stages see what did.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from linkage_models.relations import Temporaries, literal, single_value, statement
from pipelines.canonical.applied import COUNTS, Applied
from pipelines.canonical.counts import BALANCE, QUALITY, Counts, staged_counts
from pipelines.canonical.profile import find_drift, find_held, write_profile
from pipelines.canonical.staging import mapping_hash
from pipelines.warehouse.database import transaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from pipelines.canonical.staging import Staging
    from pipelines.landing.manifest import Load
    from pipelines.source import SourceSpec

ITEM = "record_key, kind, code, value, item_date, from_date, to_date, active, detail, marking, handling, originator"
"""What an information item says; its hash is of this."""


class _RefusedError(Exception):
    """Rolls back a load that must not be taken over."""


def take_over(
    staging: Staging,
    landed: list[Load],
    rest: Counts | None = None,
    told: Callable[[Applied], None] = lambda _applied: None,
) -> Applied:
    """Take over what was staged, in one transaction, and return what that changed; a refused load changes nothing.

    Args:
        staging: the load, staged.
        landed: the loads of its source system, this one last.
        rest: counts of the records that were not staged because they do not differ; None where all were.
        told: called with what that changes, in the transaction; what it raises leaves the warehouse as it was.
    """
    con = staging.con
    with Temporaries(con) as own:
        _find_changes(own, staging, whole=rest is None)
        with suppress(_RefusedError), transaction(con):
            _write_changes(staging)
            write_profile(con, staging.spec.system, staging.load.load_id)
            applied = _applied(staging, landed, rest).judged(staging.spec)
            if applied.refused:
                raise _RefusedError
            _note(staging, applied)
            told(applied)
        if applied.refused:
            # What is wrong with the load can be looked up.
            with transaction(con):
                _note(staging, applied)
    return applied


def let_run_out(con: DuckDBPyConnection, spec: SourceSpec, now: datetime) -> None:
    """Let the items of the load in force that have run out since be no longer active."""
    # Where the source says itself what is active, that stands.
    told = {f"{item.kind} {item.resource}" for item in spec.items if item.active}
    judged = sorted({f"{item.kind} {item.resource}" for item in spec.items} - told)
    with Temporaries(con) as own:
        own.macro("item_hash", ITEM, f"md5(({ITEM})::VARCHAR)")
        con.execute(statement(__file__, "run_out"), {"system": spec.system, "now": now, "judged": judged})


def _find_changes(own: Temporaries, staging: Staging, *, whole: bool) -> None:
    """Make `item_row`, and `record_change` and `item_change`: what differs from what the warehouse holds."""
    spec = staging.spec
    own.macro("item_hash", ITEM, f"md5(({ITEM})::VARCHAR)")
    own.table(
        "item_row", statement(__file__, "staged/item_row"), {"system": spec.system, "originator": spec.originator}
    )
    held = f"WHERE source_system = {literal(spec.system)}"
    if not whole:
        held += f" AND record_key IN (SELECT {literal(spec.system + ':')} || record_id FROM touched)"
    own.view("held_record", f"FROM nominal.record {held}")
    own.view("held_item", f"FROM nominal.information_item {held}")
    own.table("record_change", statement(__file__, "record_change"))
    own.table("item_change", statement(__file__, "item_change"), {"load_id": staging.load.load_id})


def _write_changes(staging: Staging) -> None:
    con, system, load = staging.con, {"system": staging.spec.system}, {"load_id": staging.load.load_id}
    con.execute("DELETE FROM nominal.record WHERE record_key IN (SELECT record_key FROM record_change)")
    con.execute(statement(__file__, "insert_record"), load)
    con.execute("DELETE FROM nominal.information_item WHERE item_key IN (SELECT item_key FROM item_change)")
    con.execute(statement(__file__, "insert_item"), load)
    con.execute("DELETE FROM nominal.merge WHERE source_system = $system", system)
    con.execute(statement(__file__, "insert_merge"), system)


def _applied(staging: Staging, landed: list[Load], rest: Counts | None) -> Applied:
    """Return what the changes just written did."""
    con, spec = staging.con, staging.spec
    counts = staged_counts(staging)
    if rest is not None:
        counts += rest
    changes = dict(con.execute("SELECT change, count(*) FROM record_change GROUP BY ALL").fetchall())
    new, deleted = changes.get("new", 0), changes.get("deleted", 0)
    held = single_value(
        con, "SELECT count(*) FROM nominal.record WHERE source_system = $system", {"system": spec.system}
    )
    reasons = con.execute("SELECT reason, count(*) FROM staged_quarantine GROUP BY ALL ORDER BY ALL").fetchall()
    return Applied(
        load=staging.load,
        balances=counts.balances,
        reasons=dict(reasons),
        records_before=held - new + deleted,
        records_new=new,
        records_changed=changes.get("changed", 0),
        records_deleted=deleted,
        drift=find_drift(con, landed),
        held=find_held(con, spec),
        quality=counts.quality,
    )


def _note(staging: Staging, applied: Applied) -> None:
    """Write the load's rows of `nominal.load` and its quarantine, in place of what an earlier application wrote."""
    con, load = staging.con, staging.load
    key = {"system": staging.spec.system, "load_id": load.load_id}
    for table in ("nominal.quarantine", "nominal.load"):
        con.execute(f"DELETE FROM {table} WHERE source_system = $system AND load_id = $load_id", key)
    con.execute(statement(__file__, "insert_quarantine"), key)
    of_load = {
        "load_id": load.load_id,
        "source_system": load.system,
        "checksum": load.checksum,
        "mapping_hash": mapping_hash(staging.spec),
        "delivered_at": load.delivered_at,
        "last_seen_at": load.last_seen_at,
        "refused": applied.refused,
        **{field: getattr(applied, field) for field in COUNTS},
        **dict(zip(QUALITY, applied.quality, strict=True)),
    }
    for resource, balance in applied.balances.items():
        row = {**of_load, "resource": resource, **dict(zip(BALANCE, balance, strict=True))}
        con.execute(
            f"INSERT INTO nominal.load ({', '.join(row)}) VALUES ({', '.join(f'${name}' for name in row)})", row
        )
