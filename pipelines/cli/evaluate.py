"""`conjoin evaluate`: the published links and gaps against a truth that no pipeline asset reads, or without one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import AudienceOption, HomeOption, JsonOption, print_json
from pipelines.errors import ConfigurationError


def evaluate(
    home: HomeOption = None,
    truth: Annotated[
        Path | None,
        typer.Option("--truth", help="Folder with record.csv and gap.csv (default: beside the sample's deliveries)."),
    ] = None,
    no_truth: Annotated[
        bool, typer.Option("--no-truth", help="Estimate from the weights, and look for the implausible, instead.")
    ] = False,
    charts: Annotated[
        Path | None, typer.Option("--charts", help="Folder, made where missing, to write SVG and PNG charts to.")
    ] = None,
    audience: AudienceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the published links and gaps against the truth.

    The measures come with intervals; without a truth they are estimated.

    Example: conjoin evaluate --charts charts

    Example: conjoin evaluate --no-truth --json
    """
    from pipelines import evaluate as evaluating
    from pipelines.settings import Settings

    if truth and no_truth:
        raise ConfigurationError("--truth and --no-truth contradict each other; give one of them.")
    if charts and charts.exists() and not charts.is_dir():
        raise ConfigurationError(f"{charts} is not a folder; name a folder with --charts.")
    found = evaluating.evaluate(Settings.load(home), truth, no_truth=no_truth, audience=audience)
    if charts:
        found.draw(charts)
    if as_json:
        print_json(found.report)
        return
    typer.echo(found.text)
