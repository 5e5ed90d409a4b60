"""Prune: removing old loads of the landing, none of which a night, a comparison or a person still needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines import audit
from pipelines.canonical.known_loads import in_force, last_number
from pipelines.canonical.profile import HISTORY
from pipelines.landing.manifest import folders, loads, order_of, remove
from pipelines.warehouse.database import must_exist, writer
from pipelines.warehouse.lock import DECISION_SECONDS, run_lock

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.settings import Settings

LEAST = HISTORY + 1
"""Loads kept at least: the newest, and those that it is compared with."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What pruning the landing of a source came to.

    Attributes:
        system: the source system.
        removed: the loads that were removed, or would be, oldest first.
        kept: how many stay.
        spared: why none was removed although there are more than are to be kept, as a clause; None otherwise.
    """

    system: str
    removed: tuple[str, ...]
    kept: int
    spared: str | None = None


def prune(settings: Settings, *, keep: int, who: str, dry_run: bool = False) -> list[Pruned]:
    """Remove the oldest loads of each source; the audit log tells of it before any is gone.

    The load in force stays, and every newer one. Where the newest load of a source is lost or damaged, none of it goes.

    Args:
        settings: the home.
        keep: the newest loads to keep of each source, `LEAST` or more.
        who: who asks.
        dry_run: say what would go, and remove nothing.

    Raises:
        NothingPublishedError: there is no warehouse, which alone tells which loads are in force.
        WarehouseBusyError: a run is at work.
        StorageError: the audit log cannot be written, or a load not be removed.
    """
    must_exist(settings)
    with run_lock(settings, DECISION_SECONDS), writer(settings) as con:
        found = [_found(con, folder, keep) for folder in sorted(settings.landing.glob("*")) if folder.is_dir()]
        for source in found if not dry_run else ():
            if source.removed:
                what = {"landing": source.system, "loads": list(source.removed)}
                audit.record(settings, action="erasure", who=who, what=what, why=f"kept the newest {keep} loads")
            for load_id in source.removed:
                remove(settings.landing / source.system, load_id)
    return found


def _found(con: DuckDBPyConnection, folder: Path, keep: int) -> Pruned:
    """Return what is to be removed of a source's landing."""
    system, named, whole = folder.name, [path.name for path in folders(folder)], loads(folder)
    old = named[:-keep]
    held = in_force(con, system)
    newest = order_of(whole[-1].load_id)[0] if whole else 0
    if old and newest < max(last_number(con, system), order_of(named[-1])[0]):
        return Pruned(system, (), len(named), "its newest load is lost or damaged")
    if held:
        old = [load_id for load_id in old if order_of(load_id) < order_of(held.load.load_id)]
    return Pruned(system, tuple(old), len(named) - len(old))
