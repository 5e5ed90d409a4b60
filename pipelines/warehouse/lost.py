"""A lost warehouse: gone from a home that published from it or landed for it, which nobody may pass over in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines import audit
from pipelines.errors import DamagedError

if TYPE_CHECKING:
    from pipelines.settings import Settings


def is_lost(settings: Settings) -> bool:
    """Return whether there is no warehouse although there are snapshots of one or loads that one was made with."""
    if settings.warehouse.exists():
        return False
    left = (settings.published.glob("*/*.duckdb"), settings.landing.glob("*/[!.]*/load.json"))
    return any(any(found) for found in left)


def must_not_be_lost(settings: Settings, *, accepted: bool) -> None:
    """Raise where the warehouse is lost, unless that is accepted, which the audit log then tells.

    Raises:
        DamagedError: names the choice there is.
    """
    if not is_lost(settings):
        return
    if not accepted:
        raise DamagedError(
            f"{settings.warehouse} is gone, though {settings.home} holds what was landed for it or published from it;"
            " restore it from a backup, or begin anew with `conjoin run --accept-loss` (in the UI, `accept_loss: true`"
            " of the run's resource `home`), which loses every decision and history, and gives out subject ids again"
            " that mean other people in older snapshots."
        )
    audit.record(
        settings,
        action="alteration",
        who="nightly",
        what={"file": settings.warehouse.name, "begun": "anew"},
        why="the warehouse was lost, and the loss was accepted",
    )
