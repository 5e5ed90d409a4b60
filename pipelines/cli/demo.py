"""`conjoin demo`: the whole flow on the sample systems, ending in a summary a person can read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import AudienceOption, HomeOption, JsonOption, print_json


def demo(
    home: HomeOption = None,
    night: Annotated[int, typer.Option("--night", min=1, help="Which night's deliveries to link.")] = 1,
    sample: Annotated[
        Path | None, typer.Option("--sample", help="A sample made with `conjoin sample` (default: the shipped one).")
    ] = None,
    audience: AudienceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the nightly job on the synthetic sample systems.

    Night 1 on a demo's home that is at a later night starts that home again.

    Example: conjoin demo && conjoin demo --night 2
    """
    from pipelines.cli.progress import step_reporter
    from pipelines.cli.summary import end_with, print_next_steps, print_summary
    from pipelines.deployment import Deployment
    from pipelines.nightly_run import run_nightly
    from pipelines.publish import chosen_audience, default_audience
    from pipelines.publish.summary import summarise
    from pipelines.sample.home import must_be_the_demos, stand_at
    from pipelines.sample.nights import sample_night
    from pipelines.settings import Settings

    chosen, before = sample_night(sample, night), Settings.load(home)
    must_be_the_demos(before)
    audiences = Deployment.load(before).audiences
    readers = chosen_audience(audiences, audience) if audience else default_audience(audiences)
    if stand_at(before, chosen, anew=night == 1):
        typer.echo(
            f"{before.home} was at a later night of the demo, so it was cleared: the demo starts again.", err=True
        )
    settings = Settings.load(home)
    if not as_json:
        typer.echo(f"Linking the synthetic systems in {settings.deliveries} as of {chosen.as_of} ...", err=True)
    with step_reporter(quiet=as_json) as report:
        # A sample may be of any day.
        night_run = run_nightly(settings, report, accept_date=True)
    summary = summarise(settings, readers)
    if as_json:
        held_back = {"held_back": night_run.held_back}
        print_json({"run_id": night_run.run_id, "warnings": night_run.warnings, **held_back, **summary})
    else:
        print_summary(summary, night_run.warnings)
        print_next_steps(settings, summary, audiences, next_night=chosen.following, sample=sample)
    end_with(night_run)
