"""`conjoin decide`: a person's rulings that two records are, or are not, of one person."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from linkage_models.words import counted
from pipelines.cli.options import HomeOption, JsonOption, WhoOption, print_json
from pipelines.terminal import in_line

app = typer.Typer(
    help="Rule that two records are, or are not, of one person.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

RecordArgument = Annotated[str, typer.Argument(help="Record key, for example nomis:A1234BC.")]
ByOption = Annotated[str, typer.Option("--by", help="Who decides.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why.")]


@app.command()
def same(
    record_a: RecordArgument, record_b: RecordArgument, by: ByOption, reason: ReasonOption, home: HomeOption = None
) -> None:
    """Rule that two records are of one person (must-link).

    Example: conjoin decide same nomis:A1234BC ndelius:X123456 --by j.smith --reason "Same fingerprints"
    """
    _decide(record_a, record_b, "same", by, reason, home)


@app.command()
def different(
    record_a: RecordArgument, record_b: RecordArgument, by: ByOption, reason: ReasonOption, home: HomeOption = None
) -> None:
    """Rule that two records are of two people (cannot-link).

    Example: conjoin decide different nomis:A1234BC nomis:B2345CD --by j.smith --reason "Twin brothers"
    """
    _decide(record_a, record_b, "different", by, reason, home)


def _decide(record_a: str, record_b: str, verdict: str, by: str, reason: str, home: Path | None) -> None:
    from pipelines import decisions
    from pipelines.settings import Settings

    decision = decisions.decide(Settings.load(home), record_a, record_b, verdict, by=by, reason=reason)
    typer.echo(f"Recorded {decision}; the next `conjoin run` takes it into account.")


@app.command()
def withdraw(
    decision: Annotated[str, typer.Argument(help="The decision's id, as `conjoin decide list` shows it.")],
    by: ByOption,
    reason: ReasonOption,
    home: HomeOption = None,
) -> None:
    """Withdraw a ruling; from the next run on, evidence decides again.

    Example: conjoin decide withdraw D3f2a91c07b4e --by j.smith --reason "Fingerprints were mixed up"
    """
    from pipelines import decisions
    from pipelines.settings import Settings

    decisions.withdraw(Settings.load(home), decision, by=by, reason=reason)
    typer.echo(f"Withdrew {decision}; the next `conjoin run` takes it into account.")


@app.command(name="list")
def list_decisions(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List every ruling, including withdrawn ones.

    Example: conjoin decide list --json
    """
    from pipelines import decisions
    from pipelines.settings import Settings

    held = decisions.decisions(Settings.load(home))
    if as_json:
        print_json([asdict(decision) for decision in held])
        return
    for decision in held:
        state = f", withdrawn by {decision.withdrawn_by}" if decision.withdrawn_at else ""
        said = (
            f"{decision.decision_id}  {decision.record_a} and {decision.record_b} are {decision.verdict}: "
            f"{decision.decided_by}, {decision.decided_at:%Y-%m-%d}{state}. {decision.reason}"
        )
        typer.echo(in_line(said))
    if not held:
        typer.echo("No decisions have been made.")


@app.command(name="export")
def export_decisions(
    file: Annotated[Path, typer.Argument(help="CSV file to write; one that is there is replaced.")],
    who: WhoOption = None,
    home: HomeOption = None,
) -> None:
    """Write every ruling to a CSV file that can be imported.

    Those withdrawn are included; `conjoin decide import` reads the file.

    Example: conjoin decide export rulings.csv
    """
    from pipelines import decisions
    from pipelines.audit import login
    from pipelines.settings import Settings

    written = decisions.export_csv(Settings.load(home), file, who=who or login())
    typer.echo(f"Wrote {counted(written, 'decision')} to {file}.")


@app.command(name="import")
def import_decisions(
    file: Annotated[
        Path,
        typer.Argument(help="CSV file: record_a, record_b, verdict, decided_by, reason, and what else an export has."),
    ],
    home: HomeOption = None,
) -> None:
    """Import rulings from a CSV file: all of them, or none.

    None is imported if one of them makes no sense. Rulings that are known already are skipped.

    Example: conjoin decide import rulings.csv
    """
    from pipelines import decisions
    from pipelines.settings import Settings

    found = decisions.import_csv(Settings.load(home), file)
    typer.echo(
        f"Took {found.taken:,} of {counted(found.given, 'decision')}; any other is held already. The next `conjoin run`"
        " takes them into account."
    )
