"""The shipped source systems as the tests use them, and a way through extract, land and canonicalise."""

from __future__ import annotations

from pathlib import Path

from pipelines.canonical.applied import Applied
from pipelines.canonical.apply import apply_latest
from pipelines.deployment import Deployment, Source
from pipelines.landing.land import land
from pipelines.landing.manifest import Load
from pipelines.settings import Settings
from pipelines.source.extract import FixedWidth
from pipelines.warehouse.database import writer
from tests.pipelines import tiny

SOURCES: dict[str, Source] = {source.spec.system: source for source in Deployment.load(Settings()).sources}


def pnc_extract() -> FixedWidth:
    extract = SOURCES["pnc"].spec.extract
    assert isinstance(extract, FixedWidth)
    return extract


def home(folder: Path) -> Settings:
    """Return a new home with the tiny delivery in its inbox."""
    return tiny.home_with_delivery(folder, pnc_extract())


def land_one(system: str, settings: Settings) -> Load:
    return land(system, SOURCES[system].spec.extract, settings)


def take_in(system: str, settings: Settings, source: Source | None = None, *, wary: bool = False) -> Applied:
    """Land and canonicalise one system; unless wary, without the limits that a handful of rows would break at once."""
    source = source or SOURCES[system]
    if not wary:
        limits = {"max_quarantine_share": 1.0, "max_deleted_share": 1.0}
        source = Source(source.spec.model_copy(update=limits), source.yaml_file)
    land(system, source.spec.extract, settings)
    with writer(settings) as con:
        return apply_latest(con, source.spec, source.yaml_file, settings.landing, settings.now())


def rows(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    """Return what a question to the warehouse answers."""
    with writer(settings) as con:
        return con.execute(sql).fetchall()
