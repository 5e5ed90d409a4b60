"""Connecting to a DuckDB database with the limits that the settings give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from pipelines.errors import WarehouseBusyError

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.settings import Settings


def connect(
    settings: Settings, path: Path | str, *, read_only: bool = False, spill: Path | None = None
) -> DuckDBPyConnection:
    """Connect to a database.

    Args:
        settings: what limits memory and threads.
        path: the file, or `:memory:`.
        read_only: whether nothing is to be written.
        spill: folder to spill into when memory runs short; None lets DuckDB make one beside the file.

    Raises:
        WarehouseBusyError: another process holds the file.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": settings.memory_limit,
        # No statement may fetch code at run time: extensions come from pinned wheels.
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if settings.threads:
        config["threads"] = settings.threads
    if spill is not None:
        config["temp_directory"] = str(spill)
    try:
        return duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.IOException as error:
        if "Could not set lock" in str(error):
            message = f"{path} is in use by another process; wait for that run to finish and try again."
            raise WarehouseBusyError(message) from None
        raise
