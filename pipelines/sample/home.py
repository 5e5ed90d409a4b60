"""The demo's home: it is at one night of a sample, and nothing but the sample is ever linked in it."""

from __future__ import annotations

import hashlib
import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import durable
from pipelines.errors import ConfigurationError
from pipelines.landing.manifest import loads
from pipelines.settings import HOME_SETTINGS_FILE
from pipelines.settings.given import settings_lines
from pipelines.warehouse import run_log
from pipelines.warehouse.lock import run_lock

if TYPE_CHECKING:
    from pipelines.sample.nights import SampleNight
    from pipelines.settings import Settings

MARK = "# Written by `conjoin demo`: the sample's deliveries, and the night they were made."
"""First line of a demo home's settings, by which the demo knows its own home again."""


def must_be_the_demos(settings: Settings) -> None:
    """Raise if synthetic records would mix with others.

    Raises:
        ConfigurationError: the home holds records that are not the demo's, or the settings name a deployment.
    """
    if settings.deployment is not None:
        raise ConfigurationError(
            "The demo links the sample with Conjoin's own sources, but CONJOIN_DEPLOYMENT names others; unset it, or"
            " use `conjoin run`."
        )
    mark = settings.home / HOME_SETTINGS_FILE
    if settings.warehouse.exists() and not (mark.exists() and mark.read_text(encoding="utf-8").startswith(MARK)):
        raise ConfigurationError(
            f"{settings.home} holds records that are not the demo's, and synthetic ones must not mix with them; "
            "name another folder with --home."
        )


def stand_at(settings: Settings, night: SampleNight, *, anew: bool) -> bool:
    """Set the demo's home to a night of a sample, for `conjoin run`, the UI and every later command.

    Args:
        settings: the home, which may not be there yet.
        night: the night.
        anew: whether a home of the demo that stands at a later night may be cleared for it.

    Returns:
        Whether the home was cleared.

    Raises:
        ConfigurationError: it stands at a later night, and is not or cannot be cleared.
        WarehouseBusyError: a run is at work in the home.
    """
    as_of = settings.model_copy(update={"as_of": datetime.fromisoformat(night.as_of)})
    last = run_log.stands_at(settings)
    if cleared := bool(anew and last and last > as_of.now()):
        _clear(settings, night.sample)
        last = None
    run_log.not_before_the_last(as_of, last)
    settings.home.mkdir(parents=True, exist_ok=True)
    in_force = {"inbox": night.deliveries, "as_of": night.as_of}
    durable.write(settings.home / HOME_SETTINGS_FILE, f"{MARK}\n{settings_lines(in_force)}".encode())
    return cleared


def _clear(settings: Settings, sample: Path) -> None:
    """Remove what a demo has made in its home, if all of it came from the sample.

    Raises:
        ConfigurationError: something else was landed, or what was cannot be told; nothing was removed.
        WarehouseBusyError: a run is at work in the home.
    """
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
        for made in (settings.published, settings.audit, settings.audit_head, settings.landing, *of_warehouse):
            if made.exists():
                made.rename(cleared / made.name)
        shutil.rmtree(cleared)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
