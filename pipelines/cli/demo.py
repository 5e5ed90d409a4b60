"""`conjoin demo`: the whole flow on the sample systems, ending in a summary a person can read."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import HomeOption, JsonOption, print_json
from pipelines.errors import ConfigurationError

MARK = "# Written by `conjoin demo`: the sample's deliveries, and the night they were made."
"""First line of a demo home's settings, by which the demo knows its own home again."""


def demo(
    home: HomeOption = None,
    night: Annotated[int, typer.Option("--night", min=1, help="Which night's deliveries to link.")] = 1,
    sample: Annotated[
        Path | None, typer.Option("--sample", help="A sample made with `conjoin sample` (default: the shipped one).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the nightly job on the synthetic sample systems.

    Night 1 on a demo's home that stands at a later night starts that home anew.

    Example: conjoin demo && conjoin demo --night 2
    """
    import sample_data
    from pipelines.cli.progress import step_reporter
    from pipelines.cli.summary import end_with, print_next_steps, print_summary, summarise
    from pipelines.nightly_run import run_nightly
    from pipelines.settings import HOME_SETTINGS_FILE, Settings
    from pipelines.warehouse import run_log

    folder = (sample or Path(sample_data.__file__).parent / "small").resolve()
    manifest = folder / "sample.json"
    if not manifest.is_file():
        raise ConfigurationError(f"{folder} is not a sample; make one with `conjoin sample --out {folder}`.")
    nights = json.loads(manifest.read_text(encoding="utf-8"))["nights"]
    if night > len(nights):
        raise ConfigurationError(f"{folder} has {len(nights)} night(s); choose --night between 1 and {len(nights)}.")
    chosen = nights[night - 1]
    before = Settings.load(home)
    mark = before.home / HOME_SETTINGS_FILE
    if before.deployment is not None:
        raise ConfigurationError(
            "The demo links the sample with Conjoin's own sources, but CONJOIN_DEPLOYMENT names others; unset it, or"
            " use `conjoin run`."
        )
    if before.warehouse.exists() and not (mark.exists() and mark.read_text(encoding="utf-8").startswith(MARK)):
        raise ConfigurationError(
            f"{before.home} holds records that are not the demo's, and synthetic ones must not mix with them; "
            "name another folder with --home."
        )
    as_of = before.model_copy(update={"as_of": datetime.fromisoformat(chosen["as_of"])})
    run_log.not_before_the_last(as_of)
    before.home.mkdir(parents=True, exist_ok=True)
    # The home remembers which night it stands at, so that `conjoin run`, the UI and every later command agree.
    mark.write_text(
        f"{MARK}\nCONJOIN_INBOX={folder / chosen['folder']}\nCONJOIN_AS_OF={chosen['as_of']}\n", encoding="utf-8"
    )
    settings = Settings.load(home)
    if not as_json:
        typer.echo(f"Linking the synthetic systems in {settings.deliveries} as of {chosen['as_of']} ...", err=True)
    with step_reporter(quiet=as_json) as report:
        night_run = run_nightly(settings, report)
    summary = summarise(settings)
    if as_json:
        held_back = {"held_back": night_run.held_back}
        print_json({"run_id": night_run.run_id, "warnings": night_run.warnings, **held_back, **summary})
    else:
        print_summary(summary, night_run.warnings)
        print_next_steps(settings, summary, next_night=night + 1 if night < len(nights) else None, sample=sample)
    end_with(night_run)
