"""Tables as the commands print them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from pipelines.terminal import console, in_line


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    """Print a table whose first column holds names, and whose others hold numbers or shares."""
    table = Table(*headings, box=box.SIMPLE)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        table.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else in_line(cell)) for cell in row))
    console().print(table)
