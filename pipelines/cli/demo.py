"""`conjoin demo`: the whole flow on the sample systems, ending in a summary a person can read."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from linkage_models.words import counted
from pipelines.cli.options import AudienceOption, HomeOption, JsonOption, print_json
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from pipelines.settings import Settings

MARK = "# Written by `conjoin demo`: the sample's deliveries, and the night they were made."
"""First line of a demo home's settings, by which the demo knows its own home again."""


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

    Night 1 on a demo's home that stands at a later night starts that home anew.

    Example: conjoin demo && conjoin demo --night 2
    """
    import sample_data
    from pipelines.cli.progress import step_reporter
    from pipelines.cli.summary import end_with, print_next_steps, print_summary
    from pipelines.deployment import Deployment
    from pipelines.nightly_run import run_nightly
    from pipelines.publish import chosen_audience, default_audience
    from pipelines.publish.summary import summarise
    from pipelines.settings import HOME_SETTINGS_FILE, Settings
    from pipelines.settings.given import settings_lines
    from pipelines.warehouse import run_log

    folder = (sample or Path(sample_data.__file__).parent / "small").resolve()
    manifest = folder / "sample.json"
    if not manifest.is_file():
        raise ConfigurationError(f"{folder} is not a sample; make one with `conjoin sample --out {folder}`.")
    nights = json.loads(manifest.read_text(encoding="utf-8"))["nights"]
    if night > len(nights):
        raise ConfigurationError(
            f"{folder} has {counted(len(nights), 'night')}; choose --night between 1 and {len(nights)}."
        )
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
    audiences = Deployment.load(before).audiences
    readers = chosen_audience(audiences, audience) if audience else default_audience(audiences)
    as_of = before.model_copy(update={"as_of": datetime.fromisoformat(chosen["as_of"])})
    last = run_log.stands_at(before)
    if night == 1 and last and last > as_of.now():
        _clear(before, folder)
        typer.echo(
            f"{before.home} stood at a later night of the demo, so it was cleared: the demo starts anew.", err=True
        )
    run_log.not_before_the_last(as_of)
    before.home.mkdir(parents=True, exist_ok=True)
    # The home remembers which night it stands at, so that `conjoin run`, the UI and every later command agree.
    in_force = {"inbox": folder / chosen["folder"], "as_of": chosen["as_of"]}
    mark.write_text(f"{MARK}\n{settings_lines(in_force)}", encoding="utf-8")
    settings = Settings.load(home)
    if not as_json:
        typer.echo(f"Linking the synthetic systems in {settings.deliveries} as of {chosen['as_of']} ...", err=True)
    with step_reporter(quiet=as_json) as report:
        night_run = run_nightly(settings, report)
    summary = summarise(settings, readers)
    if as_json:
        held_back = {"held_back": night_run.held_back}
        print_json({"run_id": night_run.run_id, "warnings": night_run.warnings, **held_back, **summary})
    else:
        print_summary(summary, night_run.warnings)
        following = night + 1 if night < len(nights) else None
        print_next_steps(settings, summary, audiences, next_night=following, sample=sample)
    end_with(night_run)


def _clear(settings: Settings, sample: Path) -> None:
    """Remove what a demo has made in its home, if all of it came from the sample.

    Raises:
        ConfigurationError: something else was landed, or what was cannot be told; nothing was removed.
        WarehouseBusyError: a run is at work in the home.
    """
    from pipelines.landing.manifest import loads
    from pipelines.warehouse.lock import run_lock

    ours = {_sha256(file) for file in sample.rglob("*") if file.is_file()}
    with run_lock(settings):
        landed = [load for system in settings.landing.glob("*") for load in loads(system)]
        if not landed or not all(load.files and ours >= {file.sha256 for file in load.files} for load in landed):
            raise ConfigurationError(
                f"{settings.home} stands at a later night and holds deliveries that are not of the sample {sample}, so"
                " it is not cleared for a new demo; name another folder with --home."
            )
        # Moved first, so that no interruption leaves half of it to be gone on with.
        cleared = settings.home / ".cleared"
        shutil.rmtree(cleared, ignore_errors=True)
        cleared.mkdir()
        of_warehouse = settings.home.glob(f"{settings.warehouse.name}*")
        for made in (settings.published, settings.audit, settings.landing, *of_warehouse):
            if made.exists():
                made.rename(cleared / made.name)
        shutil.rmtree(cleared)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
