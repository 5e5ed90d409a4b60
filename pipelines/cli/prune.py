"""`conjoin prune`: old loads removed from the landing."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from typing import Annotated

import typer

from linkage_models.words import counted
from pipelines.cli.options import HomeOption, JsonOption, print_json
from pipelines.errors import ConfigurationError


def prune(
    home: HomeOption = None,
    keep: Annotated[int, typer.Option("--keep", help="How many of the newest loads to keep of each source.")] = 30,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and remove nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove old loads from the landing; the audit log tells of it.

    A load in force stays, and so does each newer one: no night, comparison or re-run needs what goes. Remove no load by
    hand.

    Example: conjoin prune --keep 30 --dry-run
    """
    from pipelines.canonical import prune as pruning
    from pipelines.settings import Settings

    if keep < pruning.LEAST:
        raise ConfigurationError(
            f"--keep must be {pruning.LEAST} or more: so many loads are compared with each other; correct it."
        )
    found = pruning.prune(Settings.load(home), keep=keep, who=getpass.getuser(), dry_run=dry_run)
    if as_json:
        print_json([asdict(source) for source in found])
        return
    were = "would be removed" if dry_run else "removed"
    for source in found:
        spared = f"; none goes, as {source.spared}" if source.spared else ""
        typer.echo(f"{source.system}: {counted(len(source.removed), 'load')} {were}, {source.kept:,} kept{spared}.")
    if not found:
        typer.echo("Nothing has been landed yet.")
