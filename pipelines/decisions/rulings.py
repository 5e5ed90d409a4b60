"""Making and withdrawing one decision, and listing all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.decisions.record import Decision, alteration, decisions_in, record
from pipelines.errors import ConfigurationError
from pipelines.warehouse.database import reader

if TYPE_CHECKING:
    from pipelines.settings import Settings


def decide(settings: Settings, record_a: str, record_b: str, verdict: str, *, by: str, reason: str) -> str:
    """Rule that two nominal records are, or are not, of one person; the next run takes it into account.

    Args:
        settings: the home.
        record_a: key of one record.
        record_b: key of the other.
        verdict: `same` or `different`.
        by: who decides.
        reason: why.

    Returns:
        The decision's id: that of one in force if it says the very same, by the same person for the same reason.

    Raises:
        ConfigurationError: a record is not there, or the ruling makes no sense, by itself or beside those in force.
        NothingPublishedError: there is no warehouse yet.
        WarehouseBusyError: a run is at work.
    """
    ruling = Decision(
        record_a=record_a, record_b=record_b, verdict=verdict, decided_by=by, decided_at=settings.now(), reason=reason
    )
    with alteration(settings) as con:
        (recorded,) = record(con, settings, [ruling])
    return recorded.decision_id


def withdraw(settings: Settings, decision_id: str, *, by: str, reason: str) -> None:
    """Withdraw a decision; the next run decides by the evidence alone again.

    Args:
        settings: the home.
        decision_id: the decision.
        by: who withdraws it.
        reason: why.

    Raises:
        ConfigurationError: there is no such decision, or it is withdrawn already.
        NothingPublishedError: there is no warehouse yet.
        WarehouseBusyError: a run is at work.
    """
    with alteration(settings) as con:
        held = next((decision for decision in decisions_in(con) if decision.decision_id == decision_id), None)
        if held is None:
            raise ConfigurationError(f"There is no decision {decision_id}; `conjoin decide list` shows them.")
        if held.withdrawn_at:
            raise ConfigurationError(f"The decision {decision_id} is withdrawn already; nothing was changed.")
        gone = replace(held, withdrawn_by=by, withdrawn_at=settings.now(), withdrawn_reason=reason)
        record(con, settings, [gone])


def decisions(settings: Settings) -> list[Decision]:
    """Return every decision, including withdrawn ones, oldest first.

    Raises:
        NothingPublishedError: there is no warehouse yet.
        WarehouseBusyError: a run is writing to it.
    """
    with reader(settings) as con:
        return decisions_in(con)
