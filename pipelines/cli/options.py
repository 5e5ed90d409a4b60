"""Options that several commands share, and how results are asked for and printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of landing, warehouse, snapshots and audit (default: CONJOIN_HOME or data)."),
]
AudienceOption = Annotated[
    str | None,
    typer.Option("--audience", help="Whose snapshot to read (default: the only one, or the deployment's default)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a script to read.")]


def print_json(content: object) -> None:
    """Print a result as JSON; what JSON lacks (dates, paths) becomes text."""
    typer.echo(json.dumps(content, indent=2, default=str, ensure_ascii=False))


def rows_of(con: DuckDBPyConnection, sql: str, parameters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return what a question answers, a mapping of column to value for each row."""
    found = con.execute(sql, parameters or {})
    names = [description[0] for description in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
