"""Proving the audit log against everything that knows how far it had come: its heads, the warehouse, every snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import duckdb

from pipelines import audit
from pipelines.warehouse.damage import PUBLISH, undamaged
from pipelines.warehouse.database import reader_of_any_format

if TYPE_CHECKING:
    from pipelines.settings import Settings


def verify_audit(settings: Settings) -> None:
    """Prove that every entry of the audit log is as it was written, in its place, and that none is missing or added.

    Raises:
        ConfigurationError: the log is signed with a key that is not given.
        ConjoinError: names the line that was altered, or at which entries are missing.
        WarehouseBusyError: a run is writing to the warehouse, which cannot be asked meanwhile.
        DamagedError: the warehouse or a snapshot is damaged.
    """
    audit.verify(settings, dict(_heads(settings)))


def _heads(settings: Settings) -> Iterator[tuple[str, audit.Head]]:
    """Yield the head that the warehouse and each snapshot know, where they are new enough to."""
    if settings.warehouse.exists():
        with reader_of_any_format(settings) as con:
            for head in _asked(con, "SELECT entries, hash FROM conjoin.audit_head"):
                yield "the warehouse", head
    for path in sorted(settings.published.glob("*/*.duckdb")):
        if not path.is_symlink():
            with undamaged(path, PUBLISH), duckdb.connect(str(path), read_only=True) as con:
                for head in _asked(con, "SELECT audit_entries, audit_hash FROM linked.snapshot"):
                    yield f"the snapshot {path.name}", head


def _asked(con: duckdb.DuckDBPyConnection, question: str) -> list[audit.Head]:
    try:
        return [audit.Head(*row) for row in con.execute(question).fetchall() if row[0] is not None]
    except (duckdb.CatalogException, duckdb.BinderException):
        return []  # of a format from before heads were kept here
