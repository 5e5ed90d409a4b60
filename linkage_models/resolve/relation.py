"""Small helpers for SQL: names of tables quoted part by part, and queries that answer with one row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb


def relation(name: str) -> str:
    """Return a table's or view's name quoted for SQL.

    Args:
        name: one to three parts joined by dots, for example `linkage.edge` or `membership`.

    Returns:
        The same name with every part in double quotes.

    Raises:
        ValueError: a part is empty, or there are more than three.
    """
    parts = name.split(".")
    most_parts = 3  # database, schema, table
    if len(parts) > most_parts or not all(parts):
        raise ValueError(f"The relation name {name!r} is not one to three parts joined by dots; write schema.table.")
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def single_row(
    con: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, object] | None = None
) -> tuple[Any, ...]:
    """Return the one row of a query that always has one, such as an aggregate without groups.

    Raises:
        LookupError: the query gave no row.
    """
    row = con.execute(query, parameters).fetchone()
    if row is None:
        raise LookupError("A query that must give one row gave none.")
    return tuple(row)
