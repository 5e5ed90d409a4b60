"""A temporary home inside the home, in which live data is looked at and of which nothing is kept."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.warehouse.spill import is_alive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.settings import Settings

_NAME = ".source-check-"


@contextmanager
def temporary_home(settings: Settings) -> Iterator[Settings]:
    """Yield settings whose landing and warehouse are in a folder that is always removed at the end.

    What a killed process left behind is removed first.
    """
    made = [folder for folder in (settings.home, *settings.home.parents) if not folder.exists()]
    settings.home.mkdir(parents=True, exist_ok=True)
    for leftover in settings.home.glob(f"{_NAME}*"):
        if not is_alive(leftover.name.removeprefix(_NAME)):
            shutil.rmtree(leftover, ignore_errors=True)
    folder = settings.home / f"{_NAME}{os.getpid()}"
    folder.mkdir(mode=0o700)
    try:
        yield settings.model_copy(update={"home": folder, "inbox": settings.deliveries})
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        for missing in made:  # a check makes no home
            if not any(missing.iterdir()):
                missing.rmdir()
