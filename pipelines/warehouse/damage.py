"""Damaged databases: DuckDB's errors on a file that is cut short or altered become one sentence that names the file."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import duckdb

from linkage_models.relations import quote
from pipelines.errors import DamagedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

RESTORE = "restore CONJOIN_HOME from a backup, or link afresh in another one"
"""The remedy for a damaged warehouse."""

PUBLISH = "publish it again with `conjoin run`"
"""The remedy for a damaged snapshot."""

_SIGNS = (
    "not a valid DuckDB database file",
    "Corrupt database file",
    "Could not read enough bytes",
    "Failure while replaying WAL",
    "read a database file with version number",
)


@contextmanager
def undamaged(file: Path, remedy: str, opened: Callable[[], DuckDBPyConnection] | None = None) -> Iterator[None]:
    """Raise a DamagedError where DuckDB fails because the file is damaged; let other errors pass.

    Args:
        file: the database.
        remedy: what the reader of the error is to do.
        opened: connects to it as this process does that may still hold it open when an error leaves what is inside;
            None where nothing does.
    """
    try:
        yield
    except duckdb.Error as error:
        # A query may read several files and seldom says in which of them a block is damaged.
        if not any(sign in str(error) for sign in _SIGNS) or _is_whole(
            opened or partial(duckdb.connect, str(file), read_only=True)
        ):
            raise
        raise DamagedError(f"{file} is damaged, or was not written by this version of DuckDB; {remedy}.") from None


def _is_whole(opened: Callable[[], DuckDBPyConnection]) -> bool:
    """Return whether every block of a database can be read."""
    try:
        with opened() as con:
            tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
            for schema, table in tables:
                con.execute(f"SELECT bit_xor(hash(t)) FROM {quote(schema)}.{quote(table)} AS t").fetchall()
    except duckdb.Error:
        return False
    return True
