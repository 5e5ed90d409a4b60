"""`conjoin bench`: Conjoin beside bare scripts on the same data, as ratios of one run."""

from __future__ import annotations

import typer

from pipelines.cli.bench import accuracy, extract, night

app = typer.Typer(
    help="Measure Conjoin beside bare scripts on the same data.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command()(night.night)
app.command()(extract.extract)
app.command()(accuracy.accuracy)
