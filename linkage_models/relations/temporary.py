"""The temporary relations of a stage: it names them, makes them and drops them, and no other stage sees them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Self

import duckdb

from linkage_models.relations.quoting import quote


class Temporaries:
    """The temporary tables, views and macros of one stage on one connection; leaving the `with` block drops them.

    A stage makes its relations through this object, so that two stages cannot take one for the other's: making one that
    another stage made is an error. What the stage itself made is replaced.
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
        # After an error in a transaction nothing can be dropped before the rollback, which takes what was made in it.
        with suppress(duckdb.TransactionException):
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
        return self._make("TABLE", name, f"AS {query}", parameters)

    def empty(self, name: str, definition: str) -> str:
        """Make an empty temporary table.

        Args:
            name: the table's name, without a schema.
            definition: its columns with their types, `name VARCHAR, weight DOUBLE`.

        Returns:
            The name, quoted.
        """
        return self._make("TABLE", name, f"({definition})")

    def view(self, name: str, query: str) -> str:
        """Make a temporary view of a query, which takes no parameters.

        Returns:
            The name, quoted.
        """
        return self._make("VIEW", name, f"AS {query}")

    def rows(self, name: str, held: object) -> str:
        """Make a temporary view of rows held in Python: an Arrow table, or a data frame.

        Returns:
            The name, quoted.
        """
        self.con.register(name, held)
        return self.adopt(name, "ROWS")

    def macro(self, name: str, parameters: str, expression: str) -> str:
        """Make a temporary macro.

        Args:
            name: the macro's name.
            parameters: their names, separated by commas.
            expression: SQL of them.

        Returns:
            The name, quoted.
        """
        return self._make("MACRO", name, f"({parameters}) AS {expression}")

    def adopt(self, name: str, kind: str = "TABLE") -> str:
        """Take over a temporary relation that other code made on the connection.

        Returns:
            The name, quoted.
        """
        self._made[name] = kind
        return quote(name)

    def drop(self, *names: str) -> None:
        """Drop the relations named, or all, the newest first; a transaction rolled back may have taken them already."""
        for name in reversed(names or tuple(self._made)):
            kind = self._made.pop(name)
            if kind == "ROWS":
                self.con.unregister(name)
            else:
                self.con.execute(f"DROP {kind} IF EXISTS temp.{quote(name)}")

    def _make(self, kind: str, name: str, made_of: str, parameters: Mapping[str, object] | None = None) -> str:
        anew = " OR REPLACE" if self._made.get(name) == kind else ""
        self.con.execute(f"CREATE{anew} TEMP {kind} {quote(name)} {made_of}", parameters)
        return self.adopt(name, kind)
