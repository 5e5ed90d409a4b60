"""The shape of a database's tables: what differs from the columns, types and order that the catalogue gives them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import duckdb

from pipelines.warehouse.catalogue import ALL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.warehouse.catalogue import Table

Shape = dict[str, list[tuple[str, str, bool]]]
"""For each table by its qualified name: its columns in order, with type and whether they may be empty."""


def differing_columns(con: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> dict[str, list[str]]:
    """Return, for each table that is not as the catalogue says, the names of the columns that are not.

    Args:
        con: a connection whose current database should hold the tables; a missing table lacks all its columns.
        tables: tables of the catalogue.
    """
    held, expected = _shape(con), _catalogued()
    differing = {}
    for table in tables:
        found, wanted = held.get(table.qualified, []), expected[table.qualified]
        if found != wanted:
            # Where only the order differs, all of them stand in the wrong place.
            differing[table.qualified] = sorted({column[0] for column in {*found} ^ {*wanted}} or table.column_names)
    return differing


@cache
def _catalogued() -> Shape:
    with duckdb.connect() as con:
        for schema in {table.schema for table in ALL.values()}:
            con.execute(f"CREATE SCHEMA {schema}")
        for table in ALL.values():
            for statement in table.ddl():
                con.execute(statement)
        return _shape(con)


def _shape(con: duckdb.DuckDBPyConnection) -> Shape:
    shape: Shape = {}
    for table, column, data_type, may_be_empty in con.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type, is_nullable FROM duckdb_columns()"
        " WHERE database_name = current_database() AND NOT internal ORDER BY schema_name, table_name, column_index"
    ).fetchall():
        shape.setdefault(table, []).append((column, data_type, may_be_empty))
    return shape
