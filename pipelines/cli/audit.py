"""`conjoin audit`: who collected, combined, consulted, altered or disclosed what, when and why."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.options import HomeOption, JsonOption, print_json
from pipelines.terminal import in_line


def audit(
    home: HomeOption = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Prove that no entry was altered, removed or added.")
    ] = False,
    last: Annotated[int, typer.Option("--last", min=1, help="How many of the latest entries to show.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show the audit log, or verify that nobody altered it.

    It is the log that section 62 of the Data Protection Act 2018 asks for.

    Example: conjoin audit --verify
    """
    import pipelines.audit as log
    from pipelines.publish.audited import verify_audit
    from pipelines.settings import Settings

    settings = Settings.load(home)
    if verify:
        verify_audit(settings)
        typer.echo("The audit log is whole.")
        return
    entries = list(log.read(settings))[-last:]
    if as_json:
        print_json([entry.as_dict() for entry in entries])
        return
    for entry in entries:
        typer.echo(in_line(f"{entry.at}  {entry.who}  {entry.action}: {entry.why}"))
    if not entries:
        typer.echo("The audit log is empty.")
