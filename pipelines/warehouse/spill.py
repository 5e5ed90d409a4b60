"""Spill: where a process keeps working files as long as it lives, and the sweep of what killed ones left."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.settings import Settings

_NAME = ".spill-"


def own_folder(settings: Settings) -> Path:
    """Return the folder of the home that this process may spill into."""
    return settings.home / f"{_NAME}{os.getpid()}"


def sweep(settings: Settings) -> int:
    """Remove what killed processes spilled; return how many folders went. The caller holds the warehouse.

    What DuckDB spills of the warehouse lies beside it, and nobody else has it open.
    """
    folders = [folder for folder in settings.home.glob(f"{_NAME}*") if not is_alive(folder.name.removeprefix(_NAME))]
    # `spill` and `.cleared` are what an older version, and a demo that began anew, left when they were killed.
    folders += [Path(f"{settings.warehouse}.tmp"), settings.home / "spill", settings.home / ".cleared"]
    left = [folder for folder in folders if folder.is_dir()]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


def is_alive(process: str) -> bool:
    """Return whether a process of a number is at work on this machine."""
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
