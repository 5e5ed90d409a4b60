"""The quarantined rows of each source's newest load: how many for which reason, and which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkage_models.relations import statement
from pipelines import audit
from pipelines.deployment import Deployment
from pipelines.errors import ConfigurationError
from pipelines.warehouse.database import reader

if TYPE_CHECKING:
    from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class Reason:
    """How many rows of a resource are in quarantine for one reason."""

    source_system: str
    resource: str
    reason: str
    explanation: str
    rows: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row in quarantine.

    Attributes:
        load_id: the load it came with.
        resource: the resource it is of.
        landed_row: its row of the landed file, counted from 1.
        part: the element of the row that it is about, counted from 1; 0 for the whole row.
        reason: a code.
        explanation: the reason in words.
        raw: the row as it was delivered, if that was asked for.
    """

    load_id: str
    resource: str
    landed_row: int
    part: int
    reason: str
    explanation: str
    raw: str | None = None


def reasons(settings: Settings, system: str | None = None) -> list[Reason]:
    """Count the rows in quarantine by reason.

    Args:
        settings: the home.
        system: one source system; None for all of them.

    Raises:
        ConfigurationError: there is no such source system.
        NothingPublishedError: there is no warehouse yet.
        WarehouseBusyError: a run is writing to it.
    """
    Deployment.load(settings).named(system)
    with reader(settings) as con:
        found = con.execute(
            f"SELECT source_system, resource, reason, explanation, count(*) FROM ({statement(__file__, 'newest')}) "
            "GROUP BY ALL ORDER BY ALL",
            {"system": system},
        ).fetchall()
    return [Reason(*row) for row in found]


def rows(settings: Settings, system: str, *, reason: str | None = None, limit: int = 20) -> list[Row]:
    """Return quarantined rows of a source: where each stood and what is wrong with it, without its values.

    Args:
        settings: the home.
        system: the source system.
        reason: only rows with this code.
        limit: rows at most.

    Raises:
        ConfigurationError: there is no such source system.
        NothingPublishedError: there is no warehouse yet.
        WarehouseBusyError: a run is writing to it.
    """
    return _rows(settings, "NULL", system, reason, limit)


def rows_as_delivered(
    settings: Settings, system: str, *, why: str, reason: str | None = None, limit: int = 20
) -> list[Row]:
    """Return quarantined rows of a source as they were delivered: personal data, so the audit log records it.

    Args:
        settings: the home.
        system: the source system.
        why: why they are looked at.
        reason: only rows with this code.
        limit: rows at most.

    Raises:
        ConfigurationError: it is not said why, or there is no such source system.
        NothingPublishedError: there is no warehouse yet.
        WarehouseBusyError: a run is writing to it.
        StorageError: the audit log cannot be written.
    """
    if not why.strip():
        raise ConfigurationError("Looking at rows as delivered needs a reason; give it with --why.")
    found = _rows(settings, "raw", system, reason, limit)
    what = {"quarantine": system, "rows": len(found), "loads": sorted({row.load_id for row in found})}
    audit.record(settings, action="consultation", who=audit.login(), what=what, why=why)
    return found


def _rows(settings: Settings, raw: str, system: str, reason: str | None, limit: int) -> list[Row]:
    Deployment.load(settings).named(system)
    with reader(settings) as con:
        found = con.execute(
            f"SELECT load_id, resource, landed_row, part, reason, explanation, {raw} AS raw "
            f"FROM ({statement(__file__, 'newest')}) WHERE $reason IS NULL OR reason = $reason "
            "ORDER BY ALL LIMIT $limit",
            {"system": system, "reason": reason, "limit": limit},
        ).fetchall()
    return [Row(*row) for row in found]
