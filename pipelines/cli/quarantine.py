"""`conjoin quarantine`: the rows that could not become nominal records or items, and how to retry them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from linkage_models.words import counted
from pipelines.cli.hints import typed
from pipelines.cli.options import HomeOption, JsonOption, print_json
from pipelines.terminal import in_line

app = typer.Typer(
    help="List the quarantined rows, look at them, retry them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

SystemOption = Annotated[str | None, typer.Option("--system", help="One source system; without it, all of them.")]


@app.command("list")
def list_(system: SystemOption = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Count the quarantined rows of each newest load, by reason.

    Example: conjoin quarantine list --system rms
    """
    from pipelines import quarantine
    from pipelines.settings import Settings

    found = quarantine.reasons(Settings.load(home), system)
    if as_json:
        print_json([asdict(reason) for reason in found])
        return
    for held in found:
        typer.echo(f"{held.rows:>8,}  {held.source_system}, {held.resource}: {held.reason} ({held.explanation})")
    typer.echo(f"{counted(sum(held.rows for held in found), 'row is', 'rows are')} in quarantine.")


@app.command()
def show(
    system: Annotated[str, typer.Argument(help="The source system.")],
    reason: Annotated[str | None, typer.Option("--reason", help="Only rows with this reason code.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows at most.")] = 20,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="Also the rows as delivered: personal data, so it is written to the audit log."),
    ] = False,
    why: Annotated[str | None, typer.Option("--why", help="Why the rows are looked at; `--raw` needs it.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where quarantined rows stood, and what is wrong with them.

    They are those of the source's newest load.

    Example: conjoin quarantine show rms --reason malformed_line --raw --why "Ticket 4711"
    """
    from pipelines import quarantine
    from pipelines.settings import Settings

    settings = Settings.load(home)
    if raw:
        found = quarantine.rows_as_delivered(settings, system, why=why or "", reason=reason, limit=limit)
    else:
        found = quarantine.rows(settings, system, reason=reason, limit=limit)
    if as_json:
        print_json([{name: value for name, value in asdict(row).items() if raw or name != "raw"} for row in found])
        return
    for row in found:
        part = f", element {row.part}" if row.part else ""
        typer.echo(f"{row.resource} row {row.landed_row}{part}: {row.reason} ({row.explanation})")
        if raw:
            typer.echo(f"    {in_line(row.raw or '')}")


@app.command()
def retry(system: SystemOption = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Retry the newest deliveries with the YAML as it is now.

    It says what that brought in. Correct the YAML first. Rows that now can be read or mapped leave the quarantine and
    become nominal records and items; the next run links them.

    Example: conjoin quarantine retry --system rms
    """
    from pipelines import quarantine
    from pipelines.settings import Settings

    outcomes = quarantine.retry(Settings.load(home), system)
    for outcome in outcomes:
        if outcome.not_landed:
            typer.echo(f"conjoin: {outcome.not_landed} What was landed before was tried.", err=True)
    if as_json:
        print_json([asdict(outcome) for outcome in outcomes])
        return
    for outcome in outcomes:
        refused = f"; the load is refused: {outcome.refused}" if outcome.refused else ""
        typer.echo(
            f"{outcome.system}: {counted(outcome.quarantined_before, 'row was', 'rows were')} in quarantine, "
            f"{counted(outcome.quarantined, 'is', 'are')}{refused}."
        )
    if any(outcome.quarantined != outcome.quarantined_before for outcome in outcomes):
        typer.echo(f"The next run links what came in: {typed('run', *(('--home', home) if home else ()))}")
