"""Publishing one audience's snapshot: build beside the old one, verify, then move the symlink. All or nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from linkage_models.relations import literal, single_row, single_value
from linkage_models.words import counted
from pipelines.errors import StorageError, raise_if_storage
from pipelines.modes import open_to_readers
from pipelines.publish import versions
from pipelines.publish.audience import Audience
from pipelines.publish.fill import SNAPSHOT, fill
from pipelines.publish.macros import MACROS
from pipelines.publish.verify import verify
from pipelines.publish.visible import visible_to, withheld_counts

_LOG = logging.getLogger(__name__)

_OFFLINE = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
"""No statement may fetch code at run time."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication made.

    Attributes:
        audience: name of the audience.
        path: the versioned file that `current.duckdb` now points to.
        rows: rows per table of `linked`.
        withheld: information items and gap findings left out for their marking.
        size: bytes of the file.
        pruned: old versions removed.
    """

    audience: str
    path: Path
    rows: dict[str, int]
    withheld: dict[str, int]
    size: int
    pruned: int


def publish(  # noqa: PLR0913 - each names one thing a snapshot depends on
    con: duckdb.DuckDBPyConnection,
    *,
    audience: Audience,
    folder: Path,
    as_of: datetime,
    run_id: str,
    services: Mapping[str, str],
    link_threshold: float,
    kept: int,
    readers: str | None = None,
    finished_at: datetime | None = None,
    record_markings: Mapping[str, str | None] | None = None,
    before_release: Callable[[Path, Mapping[str, int]], None] = lambda _path, _rows: None,
) -> Published:
    """Publish what the warehouse holds, up to the audience's ceiling, as a new snapshot.

    The warehouse is only read. A process that is killed at any moment leaves `current.duckdb` as it was or as it will
    be, and the next publication sweeps what is left over.

    Args:
        con: the warehouse's writer connection, outside a transaction.
        audience: who it is for.
        folder: the audience's folder of versions; made if missing.
        as_of: the instant the run takes for now (naive UTC).
        run_id: the run.
        services: service (police, prison, probation ...) of each configured source system.
        link_threshold: match weight (log2) from which two records are linked.
        kept: versions to keep, the new one included; 1 or more.
        readers: the group that may read the versions; None for only the account that Conjoin runs under.
        finished_at: when the run publishes, by the clock (naive UTC); None takes `as_of`.
        record_markings: marking of what each source system's records themselves say; a system whose marking is missing
            or above the ceiling is left out whole. None if records carry no marking of their own.
        before_release: called with the path of the version and the rows per table when the file is proven good and no
            reader can see it yet; what it raises leaves the snapshot before in place.

    Raises:
        CheckFailedError: the file that was built is not as it should be; the snapshot before stays in place.
        ConfigurationError: what is published cannot be given to the readers; the snapshot before stays in place.
        StorageError: the disk is full or the folder cannot be written; the snapshot before stays in place.
    """
    name = versions.version_name(audience.name, as_of, run_id)
    built = versions.unfinished(folder, name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        open_to_readers(folder, readers)
        versions.sweep(folder)
        # The log is of the whole warehouse, and no table that an audience's world has.
        head = single_row(con, "SELECT max(entries), max(hash) FROM conjoin.audit_head")
        with visible_to(con, audience.sight(record_markings), services):
            withheld = withheld_counts(con)
            with _attached(con, built), _rows_in_order(con):
                fill(
                    con, link_threshold=link_threshold, run_id=run_id, finished_at=finished_at or as_of, audit_head=head
                )
        rows = _finish(con, built, audience)
        size = built.stat().st_size
        before_release(folder / name, rows)
        path = versions.release(built, name, readers)
    except BaseException as error:
        with suppress(OSError):
            versions.sweep(folder)
        if isinstance(error, (OSError, duckdb.Error)):
            raise_if_storage(error)
        if isinstance(error, OSError):
            raise StorageError(
                f"{folder} cannot be written ({error.strerror}); correct its permissions and run again"
                " (the snapshot before stays in place)."
            ) from None
        raise
    pruned = versions.prune(folder, audience.name, kept)
    _LOG.info(
        "%s published in %s; %s removed",
        counted(rows["subject"], "subject"), name, counted(pruned, "old version"),
    )  # fmt: skip
    return Published(audience.name, path, rows, withheld, size, pruned)


@contextmanager
def _attached(con: duckdb.DuckDBPyConnection, path: Path) -> Iterator[None]:
    con.execute(f"ATTACH {literal(str(path))} AS {SNAPSHOT}")
    try:
        yield
        con.execute(f"CHECKPOINT {SNAPSHOT}")
    finally:
        with suppress(duckdb.Error):
            con.execute(f"DETACH {SNAPSHOT}")


@contextmanager
def _rows_in_order(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Keep rows in the order in which they are inserted, whatever the connection's setting."""
    setting = "preserve_insertion_order"
    before = single_value(con, f"SELECT current_setting('{setting}')")
    con.execute(f"SET {setting} = true")
    try:
        yield
    finally:
        con.execute(f"SET {setting} = {before}")


def _finish(con: duckdb.DuckDBPyConnection, path: Path, audience: Audience) -> dict[str, int]:
    """Add the macros and verify, with the file opened as a database of its own, as readers will open it.

    A macro made through an attached name would look for its tables in the warehouse.
    """
    memory, threads = single_row(con, "SELECT current_setting('memory_limit'), current_setting('threads')")
    own = duckdb.connect(str(path), config={**_OFFLINE, "memory_limit": memory, "threads": threads})
    try:
        for macro in MACROS:
            own.execute(macro.ddl())
        rows = verify(own, visible_markings=audience.visible_markings)
        own.execute("CHECKPOINT")
    finally:
        own.close()
    return rows
