"""The state of each source's feed, as the run's log, the run's tags and the checks on published assets show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import dagster as dg

from linkage_models.words import counted
from pipelines.gaps import SystemInfo

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.deployment import Deployment

HELD_BACK = "conjoin/held_back"
"""Tag of a run: the source systems whose newest delivery it did not take over, with commas between."""

_WHY = {
    "failed": "its newest delivery cannot be read, see the check delivery_is_read of landing/{system}",
    "refused": "its newest load is refused, see the check load_is_trusted of nominal/{system}",
}
_TABLE = dg.TableSchema(
    [dg.TableColumn(name, "string") for name in ("source_system", "why", "state", "since", "load_id", "last_seen_at")]
)


class _Feed(NamedTuple):
    """A row of `nominal.feed`."""

    state: str
    since: datetime
    load_id: str | None
    last_seen_at: datetime | None


@dataclass(frozen=True)
class Stale:
    """A source system whose newest state may be missing from what is published.

    Attributes:
        system: its name.
        why: the kind of problem and where more is said of it, as a clause; it holds nothing of the delivery itself.
        feed: how its feed stands; None if it has never delivered.
    """

    system: str
    why: str
    feed: _Feed | None


def note_if_held_back(context: dg.AssetExecutionContext, con: DuckDBPyConnection, system: str) -> None:
    """If a source is held back, warn of it in the run's log and add it to the run's tag.

    Args:
        context: the step that brought the warehouse up to the source's newest delivery.
        con: the warehouse.
        system: the source system.
    """
    feed = _feeds(con)[system]
    if feed.state not in _WHY:
        return
    in_force = f"load {feed.load_id} stays in force" if feed.load_id else "no load of it is in force"
    context.log.warning("%s is held back: %s; %s", system, _WHY[feed.state].format(system=system), in_force)
    run = context.instance.get_run_by_id(context.run.run_id)
    noted = run.tags.get(HELD_BACK, "").split(",") if run else []
    context.instance.add_run_tags(context.run.run_id, {HELD_BACK: ",".join(sorted({*filter(None, noted), system}))})


def systems_in_force(con: DuckDBPyConnection, deployment: Deployment) -> dict[str, SystemInfo]:
    """Return what the gap engine needs to know about each source system, including when it last delivered."""
    feeds = _feeds(con)
    return {
        source.spec.system: SystemInfo(
            title=source.spec.title,
            last_delivery=feed.last_seen_at if feed else None,
            max_age=timedelta(hours=source.spec.freshness_hours),
            current=feed is not None and feed.state == "current",
            record_marking=source.spec.marking,
        )
        for source, feed in ((source, feeds.get(source.spec.system)) for source in deployment.sources)
    }


def stale_feeds(con: DuckDBPyConnection, deployment: Deployment, as_of: datetime) -> list[Stale]:
    """Return the source systems that the gap engine judges stale, in order of their names."""
    feeds, found = _feeds(con), []
    for system, info in systems_in_force(con, deployment).items():
        if info.is_stale(as_of):
            feed = feeds.get(system)
            hours = counted(info.max_age // timedelta(hours=1), "hour")
            late = f"it has delivered nothing for more than {hours}, check that its deliveries arrive"
            why = _WHY.get(feed.state, late).format(system=system) if feed else late
            found.append(Stale(system, why, feed))
    return found


def _feeds(con: DuckDBPyConnection) -> dict[str, _Feed]:
    rows = con.execute("SELECT source_system, state, since, load_id, last_seen_at FROM nominal.feed").fetchall()
    return {system: _Feed(*feed) for system, *feed in rows}


def feeds_check(key: dg.AssetKey) -> dg.AssetCheckSpec:
    """Return the check that is declared with a published asset and answered by `feeds_are_current`."""
    return dg.AssetCheckSpec(
        "feeds_are_current",
        asset=key,
        description="The newest delivery of every source system is in what is published, and none is older than its"
        " `freshness_hours`. Of a stale source the load before is published, and its silence proves nothing.",
    )


def feeds_are_current(stale: Sequence[Stale]) -> dg.AssetCheckResult:
    """Return the result of the check: a warning that names the stale sources."""
    named = "; ".join(f"{feed.system} ({feed.why})" for feed in stale)
    return dg.AssetCheckResult(
        check_name="feeds_are_current",
        passed=not stale,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{counted(len(stale), 'source is', 'sources are')} stale: {named}" if stale else None,
    )


def as_table(stale: Sequence[Stale]) -> dg.TableMetadataValue:
    """Return the stale sources as the UI shows them with a published asset."""
    records = []
    for held_back in stale:
        feed = {name: str(value) for name, value in held_back.feed._asdict().items()} if held_back.feed else {}
        records.append(dg.TableRecord({"source_system": held_back.system, "why": held_back.why, **feed}))
    return dg.MetadataValue.table(records, schema=_TABLE)
