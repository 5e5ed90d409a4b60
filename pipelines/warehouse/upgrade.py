"""Making the warehouse, and upgrading an older one: in a file beside it, so that it is replaced whole or not at all.

An upgrade takes the steps of `migrations/` on a copy. The copy then takes the warehouse's name, and the warehouse of
before is kept under another. If the process is killed or the disk is full, the warehouse is as it was, and the next
writer upgrades it.
"""

from __future__ import annotations

import os
import shutil
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from linkage_models.instants import clock
from linkage_models.relations import single_value
from pipelines import audit, durable
from pipelines.errors import FormatError, StorageError, storage_errors
from pipelines.formats import CONJOIN, FORMAT, UNNUMBERED, refuse_newer
from pipelines.warehouse import migrations
from pipelines.warehouse.catalogue import WAREHOUSE
from pipelines.warehouse.connection import connect
from pipelines.warehouse.damage import RESTORE, undamaged
from pipelines.warehouse.shape import difference, shape_of, shape_of_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from duckdb import DuckDBPyConnection

    from pipelines.settings import Settings
    from pipelines.warehouse.shape import Shape


@dataclass(frozen=True)
class Upgrade:
    """The plan that brings a warehouse to the present format.

    Attributes:
        number: the format it is of.
        steps: the steps to take; none if it is of the present format.
        kept: where the old warehouse is kept; None if there is nothing to keep.
    """

    number: int
    steps: tuple[migrations.Step, ...]
    kept: Path | None


def format_of(con: DuckDBPyConnection, path: Path) -> int:
    """Return the format of a warehouse.

    Raises:
        FormatError: only a later version of Conjoin knows it.
    """
    try:
        row = con.execute("SELECT number, conjoin FROM conjoin.format ORDER BY number DESC LIMIT 1").fetchone()
    except duckdb.CatalogException:
        row = None
    number, written_by = row or (UNNUMBERED, None)
    refuse_newer(number, path, written_by)
    return int(number)


def check_shape(con: DuckDBPyConnection, path: Path, number: int, wanted: Shape) -> None:
    """Raise unless the tables of a warehouse are those of its format.

    Raises:
        FormatError: names a table and the columns that are otherwise.
    """
    differing = difference(shape_of(con), wanted)
    if differing:
        table = min(differing)
        raise FormatError(
            f"{path} is of format {number}, yet no version of Conjoin makes its tables so ({table}:"
            f" {', '.join(differing[table])}); restore it from a copy, or link afresh in another CONJOIN_HOME."
        )


def make(settings: Settings) -> None:
    """Make a warehouse that holds nothing.

    Raises:
        StorageError: the log of another warehouse lies where this one's would; DuckDB would read it.
    """
    path = _file(settings)
    log = Path(f"{path}.wal")
    if log.exists() and not path.exists():
        raise StorageError(f"{log} is there without {path.name}; put that back beside it, or move both elsewhere.")
    with _built(settings, path, _make_tables) as made:
        durable.replace(made, path)


def plan(settings: Settings) -> Upgrade:
    """Return what an upgrade would do; nothing is changed.

    Raises:
        FormatError: the warehouse is of a newer format, or as no version of Conjoin makes it.
        WarehouseBusyError: a run is writing to it.
        DamagedError: its file is damaged.
    """
    path = _file(settings)
    with undamaged(path, RESTORE), closing(connect(settings, path, read_only=True)) as con:
        return _plan(con, path)


def upgrade(settings: Settings, *, by: str = "conjoin") -> Upgrade:
    """Bring the warehouse to the present format, keep the old one, and return what was done.

    The audit log tells of it before the new warehouse is in force. The caller holds the run lock.

    Args:
        settings: the home.
        by: who does it, for the audit log.

    Raises:
        FormatError: the warehouse is of a newer format, or as no version of Conjoin makes it.
        WarehouseBusyError: another process has it open.
        DamagedError: its file is damaged.
        StorageError: the disk is full; the warehouse is as it was.
    """
    path = _file(settings)
    with storage_errors(), undamaged(path, RESTORE):
        with closing(connect(settings, path)) as con:
            planned = _plan(con, path)
            # What a killed run left in the log beside the file goes into the file, which is all that is copied.
            con.execute("CHECKPOINT")
        if planned.kept is None:
            if planned.steps:
                make(settings)
            return planned
        with _built(settings, path, lambda con: _migrate(con, path, planned), copied=True) as upgraded:
            _keep(path, planned.kept)
            audit.record(
                settings,
                action="alteration",
                who=by,
                what={"file": path.name, "format": planned.number, "upgraded_to": FORMAT, "kept": planned.kept.name},
                why=f"upgraded the warehouse to the format of Conjoin {CONJOIN}",
            )
            durable.replace(upgraded, path)
    return planned


def _file(settings: Settings) -> Path:
    """Return where the warehouse really lies: it may be a link to another disk."""
    return settings.warehouse.resolve()


def _plan(con: DuckDBPyConnection, path: Path) -> Upgrade:
    number = format_of(con, path)
    if number == FORMAT:
        check_shape(con, path, number, shape_of_catalogue(WAREHOUSE))
        return Upgrade(number, (), None)
    to_take = tuple(step for step in migrations.steps() if step.number > number)
    if not single_value(con, "SELECT sum(estimated_size) FROM duckdb_tables()"):
        # Tables of format 1 were made one by one: if a run was killed meanwhile, some are missing, and none has a row.
        return Upgrade(number, to_take, None)
    check_shape(con, path, number, migrations.shape_of_format(number))
    as_of = single_value(con, "SELECT strftime(max(as_of), '-%Y%m%dT%H%M%S') FROM linkage.run")
    return Upgrade(number, to_take, path.with_name(f"{path.stem}-format-{number}{as_of or ''}{path.suffix}"))


@contextmanager
def _built(
    settings: Settings, path: Path, work: Callable[[DuckDBPyConnection], None], *, copied: bool = False
) -> Iterator[Path]:
    """Yield a finished database beside the path, readable by its owner only; it is removed unless it is moved away.

    Args:
        settings: the home.
        path: what it is to replace.
        work: fills it.
        copied: whether it begins as a copy of what it is to replace.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    _sweep(unfinished)
    try:
        if copied:
            unfinished.touch(mode=0o600)
            shutil.copyfile(path, unfinished)
        with closing(connect(settings, unfinished)) as con:
            work(con)
            con.execute("CHECKPOINT")
        unfinished.chmod(0o600)
        yield unfinished
    finally:
        _sweep(unfinished)


def _sweep(unfinished: Path) -> None:
    """Remove an unfinished database, with its log and its spill files."""
    for path in (unfinished, Path(f"{unfinished}.wal")):
        path.unlink(missing_ok=True)
    shutil.rmtree(f"{unfinished}.tmp", ignore_errors=True)


def _make_tables(con: DuckDBPyConnection) -> None:
    con.begin()
    for schema in dict.fromkeys(table.schema for table in WAREHOUSE):
        con.execute(f"CREATE SCHEMA {schema}")
    for table in WAREHOUSE:
        for statement in table.ddl():
            con.execute(statement)
    _note_format(con)
    con.commit()


def _migrate(con: DuckDBPyConnection, path: Path, planned: Upgrade) -> None:
    for step in planned.steps:
        step.take(con)
    con.begin()
    for table in WAREHOUSE:
        for statement in table.comments():
            con.execute(statement)
    _note_format(con)
    con.commit()
    check_shape(con, path, FORMAT, shape_of_catalogue(WAREHOUSE))


def _note_format(con: DuckDBPyConnection) -> None:
    con.execute(
        "INSERT INTO conjoin.format VALUES ($number, $conjoin, $since)",
        {"number": FORMAT, "conjoin": CONJOIN, "since": clock()},
    )


def _keep(path: Path, kept: Path) -> None:
    """Give the old warehouse another name; after a loss of power it has at least one of the two names."""
    kept.unlink(missing_ok=True)
    os.link(path, kept)
    kept.chmod(0o600)
    durable.sync(kept.parent)
