"""The page of the published tables, written from the catalogue: `python -m tests.house.linked_tables_page`."""

from __future__ import annotations

import sys

from pipelines.publish.macros import MACROS
from pipelines.warehouse.catalogue import LINKED, Table

_OPENING = """\
# The linked tables

What a snapshot holds: the schema `linked` of one DuckDB file for one audience. Additions to it are fine, renames are
breaking. Times are UTC. How to open a snapshot and ask it: [query the snapshot](../how-to/query-the-snapshot.md).

This page is written by `python -m tests.house.linked_tables_page > docs/reference/linked-tables.md` from the catalogue
that also makes the tables; the same words are in the file itself, as comments and in `linked.data_dictionary`.
"""


def linked_tables_page() -> str:
    """Return the Markdown of `docs/reference/linked-tables.md`."""
    contents = "\n".join(f"* [`{table.name}`](#{table.name}): {_lower(table.grain)}" for table in LINKED)
    macros = "\n".join(
        f"| `linked.{macro.name}({macro.parameters})` | {_cell(macro.description)} |" for macro in MACROS
    )
    parts = [
        _OPENING,
        f"{contents}\n* [Macros](#macros): questions with a parameter.\n",
        *(_section(table) for table in LINKED),
        f"## Macros\n\n| macro | what it gives |\n|---|---|\n{macros}\n",
    ]
    return "\n".join(parts)


def _section(table: Table) -> str:
    rows = "\n".join(
        f"| `{column.name}` | `{_cell(column.type)}` | {'no' if column.required else 'yes'} | {_cell(column.comment)} |"
        for column in table.columns
    )
    key = ", ".join(f"`{name}`" for name in table.key)
    return (
        f"## {table.name}\n\n{table.grain} Key: {key}.\n\n"
        f"| column | type | may be empty | what it holds |\n|---|---|---|---|\n{rows}\n"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


if __name__ == "__main__":
    sys.stdout.write(linked_tables_page())
