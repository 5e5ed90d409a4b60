"""The temporary relations of a stage: it names them, makes them and drops them, and no other stage sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import duckdb

from linkage_models.relations.quoting import quote


class Temporaries:
    """The temporary tables and views of one stage on one connection; leaving the `with` block drops them.

    A stage makes its relations through this object, so that two stages cannot take one for the other's: making one that
    is there already is an error, whoever made it.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        """Own nothing yet.

        Args:
            con: the connection the relations are made on.
        """
        self.con = con
        self._made: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()

    def table(self, name: str, query: str, parameters: Mapping[str, object] | None = None) -> str:
        """Make a temporary table of what a query gives.

        Args:
            name: the table's name, without a schema.
            query: a SELECT.
            parameters: of the query.

        Returns:
            The name, quoted.
        """
        self.con.execute(f"CREATE TEMP TABLE {quote(name)} AS {query}", parameters)
        self._made[name] = "TABLE"
        return quote(name)

    def empty(self, name: str, definition: str) -> str:
        """Make an empty temporary table.

        Args:
            name: the table's name, without a schema.
            definition: its columns with their types, `name VARCHAR, weight DOUBLE`.

        Returns:
            The name, quoted.
        """
        self.con.execute(f"CREATE TEMP TABLE {quote(name)} ({definition})")
        self._made[name] = "TABLE"
        return quote(name)

    def view(self, name: str, query: str) -> str:
        """Make a temporary view of a query, which takes no parameters.

        Returns:
            The name, quoted.
        """
        self.con.execute(f"CREATE TEMP VIEW {quote(name)} AS {query}")
        self._made[name] = "VIEW"
        return quote(name)

    def drop(self, *names: str) -> None:
        """Drop the relations named, or all, the newest first; a transaction rolled back may have taken them already."""
        for name in reversed(names or tuple(self._made)):
            self.con.execute(f"DROP {self._made.pop(name)} IF EXISTS temp.{quote(name)}")
