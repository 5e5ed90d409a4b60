"""An audience's sight: the markings and the source systems that it may see."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AudienceSight:
    """What an audience may see.

    Attributes:
        audience: its name.
        markings: the markings at or below its ceiling. A marking that is missing or unknown is never among them.
        systems: the source systems whose records it may see; None where records carry no marking of their own.
    """

    audience: str
    markings: tuple[str, ...]
    systems: tuple[str, ...] | None

    def shows(self, system: str) -> bool:
        """Whether it may see the records of a source system."""
        return self.systems is None or system in self.systems
