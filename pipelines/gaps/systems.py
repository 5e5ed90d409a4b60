"""What the engine needs to know about each source system, and the temporary table that holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from linkage_models.instants import naive_utc
from linkage_models.relations import Temporaries


@dataclass(frozen=True, slots=True)
class SystemInfo:
    """One source system, as far as finding gaps needs to know it.

    Attributes:
        title: what people call it; sentences use it.
        last_delivery: when it last delivered (naive values are UTC); None if it never has.
        max_age: how old a delivery may be before the system's silence proves nothing.
        current: whether its newest delivery is in force; if not, what it does not hold proves nothing either.
        record_marking: marking of what a nominal record itself says (names, dates of birth); None means deny.
    """

    title: str
    last_delivery: datetime | None
    max_age: timedelta
    current: bool = True
    record_marking: str | None = "OFFICIAL"

    def is_stale(self, as_of: datetime) -> bool:
        """Whether what it does not hold proves nothing at an instant (naive UTC): it is too old or not in force."""
        delivered = None if self.last_delivery is None else naive_utc(self.last_delivery)
        return not self.current or delivered is None or as_of - delivered > self.max_age


def make(own: Temporaries, systems: Mapping[str, SystemInfo], as_of: datetime) -> None:
    """Make the temporary table `system`: source_system, title, last_delivery, stale and record_marking of each.

    Args:
        own: keeps it.
        systems: the source systems by name.
        as_of: the instant of the run, naive UTC.
    """
    own.empty(
        "system", "source_system VARCHAR, title VARCHAR, last_delivery DATE, stale BOOLEAN, record_marking VARCHAR"
    )
    for source_system, info in sorted(systems.items()):
        delivered = None if info.last_delivery is None else naive_utc(info.last_delivery)
        own.con.execute(
            "INSERT INTO system VALUES (?, ?, ?::TIMESTAMP::DATE, ?, ?)",
            [source_system, info.title, delivered, info.is_stale(as_of), info.record_marking],
        )
