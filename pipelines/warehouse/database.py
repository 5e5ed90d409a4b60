"""Opening DuckDB: the warehouse for its one writer or for reading, and scratch databases that spill to disk."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from pipelines.errors import FormatError, NothingPublishedError, storage_errors
from pipelines.formats import CONJOIN, FORMAT
from pipelines.warehouse import upgrade
from pipelines.warehouse.catalogue import WAREHOUSE
from pipelines.warehouse.connection import connect
from pipelines.warehouse.damage import RESTORE, undamaged
from pipelines.warehouse.lock import DECISION_SECONDS, READER_SECONDS, reading
from pipelines.warehouse.shape import shape_of_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.settings import Settings


@contextmanager
def held(settings: Settings, patience: float = DECISION_SECONDS) -> Iterator[DuckDBPyConnection]:
    """Hold the warehouse open to write, made or upgraded where it must be.

    No other process can open it meanwhile; what this one opens with `writer` or `inside` joins it. The caller holds the
    run lock, and asks nothing on this connection while others write: an unread result would stop their checkpoint.

    Args:
        settings: the home.
        patience: seconds to wait for a process that has it open without asking for the run lock, such as a shell.

    Raises:
        WarehouseBusyError: another process has it open.
        FormatError: it is of a format that only a later version of Conjoin knows, or as no version makes it.
        DamagedError: its file is damaged.
        StorageError: the disk is full, or a place cannot be written.
    """
    with storage_errors(), undamaged(settings.warehouse, RESTORE, lambda: connect(settings, settings.warehouse)):
        settings.home.mkdir(parents=True, exist_ok=True)
        if not settings.warehouse.exists():
            upgrade.make(settings)
        con = connect(settings, settings.warehouse, patience=patience)
        try:
            if upgrade.format_of(con, settings.warehouse) < FORMAT:
                con.close()
                upgrade.upgrade(settings)
                con = connect(settings, settings.warehouse, patience=patience)
            upgrade.check_shape(con, settings.warehouse, FORMAT, shape_of_catalogue(WAREHOUSE))
            yield con
        finally:
            con.close()


@contextmanager
def writer(settings: Settings) -> Iterator[DuckDBPyConnection]:
    """Open the warehouse to write, as `held` does; checkpoint at the end.

    Raises:
        WarehouseBusyError: another process has it open.
        FormatError: it is of a format that only a later version of Conjoin knows, or as no version makes it.
        DamagedError: its file is damaged.
        StorageError: the disk is full, or a place cannot be written.
    """
    with held(settings) as con:
        yield con
        con.execute("CHECKPOINT")


@contextmanager
def inside(settings: Settings) -> Iterator[DuckDBPyConnection]:
    """Read the warehouse in the process that holds it, as it stands now; nothing can be written."""
    with held(settings) as con:
        con.execute("BEGIN TRANSACTION READ ONLY")
        yield con
        con.execute("ROLLBACK")


@contextmanager
def reader(settings: Settings, patience: float = READER_SECONDS) -> Iterator[DuckDBPyConnection]:
    """Open the warehouse read-only, when no run is at work.

    Args:
        settings: the home.
        patience: seconds to wait for a run.

    Raises:
        NothingPublishedError: there is no warehouse yet.
        WarehouseBusyError: a run is at work, or another process has it open to write.
        FormatError: it is of an older format, which must be upgraded first, or of one that only a later version of
            Conjoin knows.
    """
    with reader_of_any_format(settings, patience) as con:
        number = upgrade.format_of(con, settings.warehouse)
        if number < FORMAT:
            message = (
                f"{settings.warehouse} is of format {number}, and Conjoin {CONJOIN} reads format {FORMAT}; run"
                " `conjoin upgrade`, which keeps a copy."
            )
            raise FormatError(message)
        yield con


@contextmanager
def reader_of_any_format(settings: Settings, patience: float = READER_SECONDS) -> Iterator[DuckDBPyConnection]:
    """Open the warehouse read-only, when no run is at work, even if it has not been upgraded yet.

    Args:
        settings: the home.
        patience: seconds to wait for a run.

    Raises:
        NothingPublishedError: there is no warehouse yet.
        WarehouseBusyError: a run is at work, or another process has it open to write.
        FormatError: it is of a format that only a later version of Conjoin knows.
        DamagedError: its file is damaged.
    """
    must_exist(settings)
    with (
        storage_errors(),
        reading(settings, patience),
        undamaged(settings.warehouse, RESTORE),
        closing(connect(settings, settings.warehouse, read_only=True, patience=patience)) as con,
    ):
        upgrade.format_of(con, settings.warehouse)
        yield con


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
    with storage_errors(), closing(connect(settings, ":memory:", spill=folder)) as con:
        yield con


@contextmanager
def transaction(con: DuckDBPyConnection) -> Iterator[None]:
    """Commit what is done inside the block, or roll all of it back if an error leaves the block."""
    con.begin()
    try:
        yield
    except BaseException:
        con.rollback()
        raise
    con.commit()
