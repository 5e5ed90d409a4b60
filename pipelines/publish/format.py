"""The format of a snapshot, which every reader checks first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from pipelines.formats import refuse_newer

if TYPE_CHECKING:
    from pathlib import Path


def check_format(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Raise if a snapshot has a format that only a later version of Conjoin knows.

    Args:
        con: the snapshot, opened as a database of its own.
        path: where it lies.

    Raises:
        FormatError: names both formats and versions, and the remedy.
    """
    try:
        row = con.execute("SELECT format, conjoin FROM linked.snapshot").fetchone()
    except duckdb.CatalogException:
        return
    if row:
        refuse_newer(row[0], path, row[1])
