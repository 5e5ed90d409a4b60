"""The command line, `conjoin`: what a data engineer, a script or an analyst types."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from pipelines import modes
from pipelines.cli import (
    audit,
    bench,
    check,
    decide,
    demo,
    evaluate,
    explain,
    prune,
    quarantine,
    run,
    sample,
    source,
    train,
    ui,
    upgrade,
)
from pipelines.errors import ConjoinError, storage_errors

app = typer.Typer(
    name="conjoin",
    help="One linked subject view across police, prison and probation systems, and what each of them is missing.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"conjoin {version('conjoin')}")
        raise typer.Exit


@app.callback()
def conjoin(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print Conjoin's version and exit."),
    ] = False,
) -> None:
    """Run a command of Conjoin's."""


for command in (
    demo.demo,
    run.run,
    ui.ui,
    check.check,
    train.train,
    evaluate.evaluate,
    explain.explain,
    audit.audit,
    prune.prune,
    upgrade.upgrade,
):
    app.command()(command)
app.add_typer(bench.app, name="bench")
app.add_typer(decide.app, name="decide")
app.add_typer(source.app, name="source")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(sample.app, name="sample")


def main() -> None:
    """Run the command line; an error ends in one sentence on standard error and exit status 1.

    An unforeseen error is named only by its type, because its words may quote a row; CONJOIN_DEBUG=1 shows it whole.
    """
    modes.keep_private()
    try:
        with storage_errors():
            app()
    except ConjoinError as error:
        typer.echo(f"conjoin: {error}", err=True)
        sys.exit(1)
    except Exception as error:
        from pipelines.settings.given import debugging

        if debugging():
            raise
        typer.echo(
            f"conjoin: This should not have happened ({type(error).__name__}); set CONJOIN_DEBUG=1 to see where, which "
            "may show personal data, and report it.",
            err=True,
        )
        sys.exit(1)
