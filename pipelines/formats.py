"""The format of a home: one number in its warehouse, its landing, its audit log and its snapshots.

A change of what any of these holds raises it, and brings a step under `warehouse/migrations/` and a kept home (see
CONTRIBUTING.md). A model bundle, which may be used without a home, has a format of its own.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from pipelines.errors import FormatError

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 4
"""What this version of Conjoin writes."""

UNNUMBERED = 1
"""The format of what has no number, because it is older than the numbers."""

CONJOIN = version("conjoin")
"""The version of Conjoin that runs."""


def refuse_newer(number: int, what: Path, written_by: str | None = None) -> None:
    """Raise if something has a format that only a later version of Conjoin knows.

    Args:
        number: its format.
        what: the file.
        written_by: the version of Conjoin that wrote it, if that is known.

    Raises:
        FormatError: names both formats and versions, and the remedy.
    """
    if number > FORMAT:
        writer = f"Conjoin {written_by}" if written_by else "the version of Conjoin that wrote it"
        raise FormatError(
            f"{what} is of format {number}, and Conjoin {CONJOIN} knows formats up to {FORMAT}; use {writer}, or a"
            " newer one."
        )


def numbered(content: dict[str, Any]) -> dict[str, Any]:
    """Return what is to be written as JSON, with the present format."""
    return {"format": FORMAT, **content}


def without_number(content: dict[str, Any], what: Path) -> dict[str, Any]:
    """Return what was read from JSON without its format.

    Raises:
        FormatError: it is of a format that only a later version of Conjoin knows.
    """
    refuse_newer(content.get("format", UNNUMBERED), what)
    return {name: value for name, value in content.items() if name != "format"}
