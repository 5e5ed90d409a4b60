"""The shape of a database's tables: their columns in order with types, and how they differ from what they should be."""

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
    """Return, for each table that differs from the catalogue, the names of the columns that differ.

    Args:
        con: a connection whose current database should hold the tables; a missing table lacks all its columns.
        tables: tables of the catalogue.
    """
    return difference(shape_of(con), shape_of_catalogue(tables))


def difference(held: Shape, wanted: Shape) -> dict[str, list[str]]:
    """Return, for each wanted table that is missing or differs, the names of the columns that differ."""
    differing = {}
    for table, columns in wanted.items():
        found = held.get(table, [])
        if found != columns:
            # Where only the order differs, all of them stand in the wrong place.
            names = {name for name, *_ in {*found} ^ {*columns}} or {name for name, *_ in columns}
            differing[table] = sorted(names)
    return differing


def shape_of_catalogue(tables: Iterable[Table]) -> Shape:
    """Return the shape that the catalogue gives tables."""
    return {table.qualified: _catalogued()[table.qualified] for table in tables}


@cache
def _catalogued() -> Shape:
    with duckdb.connect() as con:
        for schema in {table.schema for table in ALL.values()}:
            con.execute(f"CREATE SCHEMA {schema}")
        for table in ALL.values():
            for statement in table.ddl():
                con.execute(statement)
        return shape_of(con)


def shape_of(con: duckdb.DuckDBPyConnection) -> Shape:
    """Return the shape of every table of a connection's current database."""
    shape: Shape = {}
    for table, column, data_type, may_be_empty in con.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type, is_nullable FROM duckdb_columns()"
        " WHERE database_name = current_database() AND NOT internal ORDER BY schema_name, table_name, column_index"
    ).fetchall():
        shape.setdefault(table, []).append((column, data_type, may_be_empty))
    return shape
