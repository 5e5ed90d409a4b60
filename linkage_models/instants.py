"""Instants as every table keeps them: naive, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def naive_utc(instant: datetime) -> datetime:
    """Return an instant as naive UTC; a naive one is UTC already."""
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant


def clock() -> datetime:
    """Return the time by the clock, in naive UTC and whole seconds."""
    return naive_utc(datetime.now(UTC)).replace(microsecond=0)
