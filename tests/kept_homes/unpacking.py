"""Unpacks a kept home for a test."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

from pipelines.settings import Settings
from tests.kept_homes.keep import kept_home

if TYPE_CHECKING:
    from pathlib import Path


def unpack(number: int, folder: Path) -> Settings:
    """Unpack the kept home of a format with all that belongs to it, and return its settings."""
    with tarfile.open(kept_home(number)) as packed:
        packed.extractall(folder, filter="data")
    return Settings(home=folder / "home", deployment=folder / "deployment", inbox=folder / "inbox")
