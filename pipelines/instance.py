"""Dagster's own home: where its runs, events and schedules are kept, and the settings that Conjoin gives it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pipelines.errors import ConfigurationError, storage_errors

if TYPE_CHECKING:
    from pipelines.settings import Settings

_PACKAGE = Path(__file__).parent
_IN_REPOSITORY = _PACKAGE.parent / "dagster_home" / "dagster.yaml"
SHIPPED = _IN_REPOSITORY if _IN_REPOSITORY.is_file() else _PACKAGE / "dagster.yaml"
"""The settings; the wheel carries the repository's file beside this module."""


def dagster_home(settings: Settings) -> Path:
    """Return the folder in which Dagster keeps its records, making it and its settings if they are missing.

    It is DAGSTER_HOME; if that is not set, `dagster_home` in the repository, or `dagster` in CONJOIN_HOME where
    Conjoin is installed without it. This process, and those it starts, find it in DAGSTER_HOME from then on.

    Raises:
        ConfigurationError: its path cannot stand in an address as it is.
        StorageError: it cannot be written.
    """
    in_place = _IN_REPOSITORY.parent if SHIPPED == _IN_REPOSITORY else settings.home / "dagster"
    folder = Path(os.environ.get("DAGSTER_HOME") or in_place).resolve()
    if "?" in str(folder) or unquote(str(folder)) != str(folder):
        message = (
            f"{folder} cannot be DAGSTER_HOME: an address, as Dagster's databases have, reads a `?` or `%41` otherwise"
        )
        raise ConfigurationError(f"{message}; name another folder.")
    settle(folder)
    os.environ["DAGSTER_HOME"] = str(folder)
    return folder


def settle(folder: Path) -> None:
    """Make the folder if it is missing, and give it Conjoin's settings if it has none.

    Without them Dagster would report its use, and let two runs write the warehouse.

    Raises:
        StorageError: it cannot be written.
    """
    with storage_errors():
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / SHIPPED.name).exists():
            shutil.copyfile(SHIPPED, folder / SHIPPED.name)
