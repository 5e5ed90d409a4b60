"""The steps from each format of the warehouse to the next, one file for each, by number.

    0003_name.sql    statements that make format 3 of format 2
    0004_name.py     the same by a function `migrate(con)`, where SQL cannot

All steps from the first on make an empty warehouse of any format, which is how the shape of an old one is known. A step
that was released is never changed. Each runs in a transaction of its own, in which DuckDB alters no table whose rows
were changed before: alter first, or make the table again. An added column comes last, in the catalogue too.
"""

from __future__ import annotations

import runpy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines.warehouse.shape import shape_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.warehouse.shape import Shape

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Step:
    """One step: the format it leads to, and its file."""

    number: int
    path: Path

    def take(self, con: DuckDBPyConnection) -> None:
        """Bring a warehouse from the format before to this one, in one transaction."""
        con.begin()
        if self.path.suffix == ".sql":
            con.execute(self.path.read_text(encoding="utf-8"))
        else:
            runpy.run_path(str(self.path))["migrate"](con)
        con.commit()


def steps() -> tuple[Step, ...]:
    """Return the steps in the order of their numbers."""
    return tuple(Step(int(path.name[:4]), path) for path in sorted(FOLDER.glob("[0-9][0-9][0-9][0-9]_*.*")))


def shape_of_format(number: int) -> Shape:
    """Return the shape of a warehouse of a format."""
    with duckdb.connect() as con:
        for step in steps():
            if step.number <= number:
                step.take(con)
        return shape_of(con)
