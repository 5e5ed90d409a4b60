"""What a database holds, table by table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

Contents = dict[str, list[dict[str, Any]]]
"""For each table by its qualified name its rows, in order."""


def contents(path: Path) -> Contents:
    """Return what a DuckDB file holds."""
    held: Contents = {}
    with duckdb.connect(str(path), read_only=True) as con:
        tables = con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        for (table,) in tables:
            found = con.execute(f"FROM {table} ORDER BY ALL")
            names = [description[0] for description in found.description or ()]
            held[table] = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return held
