"""The audit log's head in the warehouse, and in the snapshots that are published from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.audit.entry import broken
from pipelines.audit.head import Head

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def keep(con: DuckDBPyConnection, head: Head) -> None:
    """Keep a head in the warehouse, in place of the one before.

    Raises:
        ConjoinError: the one before tells of more entries, or of others.
    """
    row = con.execute("SELECT entries, hash FROM conjoin.audit_head").fetchone()
    before = Head(*row) if row else None
    if before and (before.entries > head.entries or (before.entries == head.entries and before != head)):
        raise broken(f"the warehouse knows of {before.entries} entries, and it ends after line {head.entries}")
    con.execute("DELETE FROM conjoin.audit_head")
    con.execute("INSERT INTO conjoin.audit_head VALUES ($entries, $hash)", head._asdict())
