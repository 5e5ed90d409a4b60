"""`conjoin run`: the nightly job, now, in this process."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from pipelines.cli.options import AudienceOption, HomeOption, JsonOption, print_json


def run(
    home: HomeOption = None,
    audience: AudienceOption = None,
    accept_loss: Annotated[
        bool,
        typer.Option("--accept-loss", help="Go on though the warehouse, or loads of the landing, are lost for good."),
    ] = False,
    accept_date: Annotated[
        bool, typer.Option("--accept-date", help="Take for now a day far ahead of the clock or of the last run.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Link every source system and publish: the nightly job, now.

    Publishes all or nothing: when a step or a blocking check fails, the last snapshot stays in place and the exit
    status is 1. If the newest delivery of a source cannot be read or must not be trusted, its last good one stays in
    force, the others are published with it marked as stale, and the exit status is 3.

    Example: conjoin run
    """
    from pipelines.cli.progress import step_reporter
    from pipelines.cli.summary import end_with, print_summary
    from pipelines.deployment import Deployment
    from pipelines.nightly_run import run_nightly
    from pipelines.publish import chosen_audience, default_audience
    from pipelines.publish.summary import summarise
    from pipelines.settings import Settings

    settings = Settings.load(home)
    audiences = Deployment.load(settings).audiences
    readers = chosen_audience(audiences, audience) if audience else default_audience(audiences)
    began = time.monotonic()
    with step_reporter(quiet=as_json) as report:
        night = run_nightly(settings, report, accept_loss=accept_loss, accept_date=accept_date)
    summary = summarise(settings, readers)
    if as_json:
        seconds = round(time.monotonic() - began, 1)
        print_json(
            {"run_id": night.run_id, "seconds": seconds, "warnings": night.warnings, "held_back": night.held_back}
            | summary
        )
    else:
        print_summary(summary, night.warnings)
        typer.echo(f"Done in {time.monotonic() - began:.0f} s.")
    end_with(night)
