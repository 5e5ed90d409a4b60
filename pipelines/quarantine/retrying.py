"""Retrying the newest deliveries with the sources' YAML as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkage_models.relations import single_value, statement
from pipelines.canonical.apply import apply_latest
from pipelines.canonical.known_loads import last_number
from pipelines.deployment import Deployment
from pipelines.errors import SourceError
from pipelines.landing.land import land
from pipelines.warehouse import run_log
from pipelines.warehouse.database import must_exist, writer
from pipelines.warehouse.lock import DECISION_SECONDS, run_lock

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.deployment import Source
    from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class Retry:
    """What came of retrying a source's newest delivery.

    Attributes:
        system: the source system.
        quarantined_before: rows in quarantine before.
        quarantined: rows in quarantine now.
        refused: why the load must not be trusted, as a clause; None if it is in force.
        not_landed: why the delivery could not be landed, as a sentence, so that what was landed before was tried.
    """

    system: str
    quarantined_before: int
    quarantined: int
    refused: str | None
    not_landed: str | None


def retry(settings: Settings, system: str | None = None) -> list[Retry]:
    """Retry the newest deliveries; rows that can now be read and mapped become nominal records and items.

    The next run links them.

    Args:
        settings: the home.
        system: one source system; None for all of them.

    Raises:
        ConfigurationError: there is no such source system, or a source's YAML does not fit.
        NothingPublishedError: there is no warehouse yet.
        WarehouseBusyError: a run is at work.
        StorageError: the disk is full.
    """
    sources = Deployment.load(settings).named(system)
    must_exist(settings)
    with run_lock(settings, DECISION_SECONDS):
        return [_retry(settings, source) for source in sources]


def _retry(settings: Settings, source: Source) -> Retry:
    system, not_landed = source.spec.system, None
    with writer(settings) as con:
        run_log.not_far_ahead(settings, run_log.last_instant(con))
        try:
            land(system, source.spec.extract, settings, applied=last_number(con, system))
        except SourceError as error:
            not_landed = str(error)
        before = _quarantined(con, system)
        applied = apply_latest(con, source.spec, source.yaml_file, settings.landing, settings.now())
        return Retry(system, before, _quarantined(con, system), applied.refused, not_landed)


def _quarantined(con: DuckDBPyConnection, system: str) -> int:
    count: int = single_value(con, f"SELECT count(*) FROM ({statement(__file__, 'newest')})", {"system": system})
    return count
