"""Connecting to a DuckDB database with the limits that the settings give."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import duckdb
import tenacity

from pipelines.errors import WarehouseBusyError

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.settings import Settings


_POLL_SECONDS = 0.2


def connect(
    settings: Settings,
    path: Path | str,
    *,
    read_only: bool = False,
    spill: Path | None = None,
    patience: float = 0.0,
) -> DuckDBPyConnection:
    """Connect to a database.

    Args:
        settings: what limits memory and threads.
        path: the file, or `:memory:`.
        read_only: whether nothing is to be written.
        spill: folder to spill into when memory runs short; None lets DuckDB make one beside the file.
        patience: seconds to wait for another process that has the file open, Conjoin's or not.

    Raises:
        WarehouseBusyError: another process has the file open.
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
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(WarehouseBusyError),
        stop=tenacity.stop_after_delay(patience),
        wait=tenacity.wait_fixed(_POLL_SECONDS),
        reraise=True,
    )
    return retrying(_connected, str(path), config, read_only=read_only)


def _connected(
    path: str, config: dict[str, str | bool | int | float | list[str]], *, read_only: bool
) -> DuckDBPyConnection:
    try:
        con = duckdb.connect(path, read_only=read_only, config=config)
    except duckdb.IOException as error:
        if "Could not set lock" not in str(error):
            raise
        holder = re.search(r"\(PID (\d+)\)", str(error))
        named = f"process {holder[1]}" if holder else "another process"
        raise WarehouseBusyError(
            f"{path} is in use by {named}; wait for it to finish, or end it, and try again."
        ) from None
    # A moment is the same text wherever the machine stands.
    con.execute("SET GLOBAL TimeZone = 'UTC'")
    return con
