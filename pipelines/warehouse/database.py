"""Opening DuckDB: the warehouse for its one writer or for reading, and scratch databases that spill to disk."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from linkage_models import standardise
from pipelines.errors import NothingPublishedError, WarehouseBusyError, WarehouseVersionError, storage_errors
from pipelines.warehouse.catalogue import WAREHOUSE
from pipelines.warehouse.shape import differing_columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.settings import Settings


@contextmanager
def writer(settings: Settings) -> Iterator[DuckDBPyConnection]:
    """Open the warehouse to write, making it and its tables where they are missing; checkpoint and close at the end.

    Raises:
        WarehouseBusyError: another process holds it.
        WarehouseVersionError: a version of Conjoin made it whose tables are not this one's.
        StorageError: the disk is full.
    """
    with storage_errors():
        settings.home.mkdir(parents=True, exist_ok=True)
        con = _connect(settings, str(settings.warehouse), read_only=False)
        try:
            for schema in dict.fromkeys(table.schema for table in WAREHOUSE):
                con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            held = {
                f"{s}.{t}" for s, t in con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
            }
            for table in WAREHOUSE:
                if table.qualified not in held:
                    for statement in table.ddl():
                        con.execute(statement)
            _of_this_version(settings, con)
            standardise.register(con)
            yield con
            con.execute("CHECKPOINT")
        finally:
            con.close()


@contextmanager
def reader(settings: Settings) -> Iterator[DuckDBPyConnection]:
    """Open the warehouse read-only.

    Raises:
        NothingPublishedError: there is no warehouse yet.
        WarehouseBusyError: a run is writing to it.
    """
    must_exist(settings)
    con = _connect(settings, str(settings.warehouse), read_only=True)
    try:
        standardise.register(con)
        yield con
    finally:
        con.close()


def must_exist(settings: Settings) -> None:
    """Raise unless a run has made the warehouse.

    Raises:
        NothingPublishedError: there is no warehouse yet.
    """
    if not settings.warehouse.exists():
        message = f"{settings.warehouse} does not exist yet; start with `conjoin run`."
        raise NothingPublishedError(message)


@contextmanager
def scratch(settings: Settings, folder: Path) -> Iterator[DuckDBPyConnection]:
    """Open an in-memory database that spills into the folder when memory runs short."""
    with storage_errors():
        con = _connect(settings, ":memory:", read_only=False, spill=folder)
        try:
            yield con
        finally:
            con.close()


@contextmanager
def transaction(con: DuckDBPyConnection) -> Iterator[None]:
    """Commit what is done inside, or roll all of it back when an error leaves it."""
    con.begin()
    try:
        yield
    except BaseException:
        con.rollback()
        raise
    con.commit()


def _of_this_version(settings: Settings, con: DuckDBPyConnection) -> None:
    differing = differing_columns(con, WAREHOUSE)
    if differing:
        table = min(differing)
        message = (
            f"{settings.warehouse} was made by another version of Conjoin ({table}: {', '.join(differing[table])}); "
            "run that version on it, or link afresh in another CONJOIN_HOME."
        )
        raise WarehouseVersionError(message)


def _connect(settings: Settings, path: str, *, read_only: bool, spill: Path | None = None) -> DuckDBPyConnection:
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
        return duckdb.connect(path, read_only=read_only, config=config)
    except duckdb.IOException as error:
        if "lock" in str(error):
            message = f"{path} is in use by another process; wait for that run to finish and try again."
            raise WarehouseBusyError(message) from None
        raise
