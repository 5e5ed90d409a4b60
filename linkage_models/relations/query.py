"""How statements are kept, built and asked: `.sql` files beside a module, named steps, and queries of one row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Self

import duckdb


@cache
def statement(module: str, name: str, steps: tuple[str, ...] = ()) -> str:
    """Return the statement that is kept in a `.sql` file beside a module.

    Args:
        module: the module's `__file__`.
        name: the file's name without `.sql`; may lead into a folder beside the module, `linked/subject`.
        steps: the steps that the statement reads, in order; each is kept in a file of the folder `linked/subject/`.
    """
    query = Steps()
    for step in steps:
        query.step(step, statement(module, f"{name}/{step}"))
    return query.query((Path(module).parent / f"{name}.sql").read_text(encoding="utf-8"))


class Steps:
    """A query built from named steps, each a SELECT that may read the steps before it.

    For statements whose columns or relations follow from configuration, and for those that one file would make too
    long. Each step is a common table expression, so that the query reads as the steps of a sentence.
    """

    def __init__(self) -> None:
        self._steps: dict[str, str] = {}

    def step(self, name: str, select: str) -> Self:
        """Add a step.

        Args:
            name: the name later steps read it by.
            select: a SELECT; its parameters are the query's.

        Raises:
            ValueError: the query has a step of this name.
        """
        if name in self._steps:
            raise ValueError(f"The query has a step {name!r} already; give this one another name.")
        self._steps[name] = select
        return self

    def query(self, select: str) -> str:
        """Return the whole query: the steps, and the SELECT that reads them."""
        if not self._steps:
            return select
        steps = ", ".join(f"{name} AS (\n{text.strip()}\n)" for name, text in self._steps.items())
        return f"WITH {steps}\n{select.strip()}"


def columns(selected: Mapping[str, str]) -> str:
    """Return a SELECT's list of columns.

    Args:
        selected: for each column's name, the expression it holds; for `*`, which columns of the relation are kept.
    """
    return ",\n".join(
        expression if name in {"*", expression} else f"{expression} AS {name}" for name, expression in selected.items()
    )


def union(selects: Iterable[str], *, of: Mapping[str, str]) -> str:
    """Return a query of the rows of several SELECTs; of no rows if there is no SELECT.

    Args:
        selects: SELECTs of the same columns.
        of: the columns with their types.
    """
    typed = {name: f"NULL::{kind}" for name, kind in of.items()}
    return "\nUNION ALL\n".join(selects) or f"SELECT {columns(typed)} WHERE false"


def named_rows(
    con: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, object] | None = None
) -> list[dict[str, Any]]:
    """Return what a query gives, a mapping of column to value for each row."""
    found = con.execute(query, parameters)
    names = [description[0] for description in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


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


def single_value(con: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401 - whatever the query gives
    """Return the first value of the one row of a query that always has one.

    Raises:
        LookupError: the query gave no row.
    """
    return single_row(con, query, parameters)[0]
