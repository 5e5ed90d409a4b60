"""Options that several commands share, and how results are asked for and printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="Folder of landing, warehouse, snapshots and audit (default: CONJOIN_HOME or data).",
        readable=False,  # what is wrong with it is said in Conjoin's own words
    ),
]
AudienceOption = Annotated[
    str | None,
    typer.Option("--audience", help="Whose snapshot to read (default: the only one, or the deployment's default)."),
]
WhoOption = Annotated[
    str | None, typer.Option("--who", help="Who asks, for the audit log (default: the account's login).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a script to read.")]


def print_json(content: object) -> None:
    """Print a result as JSON; what JSON lacks (dates, paths) becomes text."""
    typer.echo(json.dumps(content, indent=2, default=str, ensure_ascii=False))
