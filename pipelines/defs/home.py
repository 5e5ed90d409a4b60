"""The home as a Dagster resource: settings, deployment and the warehouse of the run, under the run lock."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path

import dagster as dg
from duckdb import DuckDBPyConnection

from linkage_models import nominal
from pipelines.defs.dead_runs import end_dead_runs
from pipelines.deployment import Deployment
from pipelines.errors import ConfigurationError
from pipelines.modes import tighten
from pipelines.settings import Settings
from pipelines.warehouse import database, run_log, spill
from pipelines.warehouse.lock import DECISION_SECONDS, NIGHT_SECONDS, run_lock
from pipelines.warehouse.lost import must_not_be_lost


class Home(dg.ConfigurableResource["Home"]):
    """CONJOIN_HOME and what belongs to it, for the assets of one run."""

    path: str | None = None
    """The home's folder; None takes CONJOIN_HOME."""

    accept_loss: bool = False
    """Whether to go on where the warehouse, or a load that a source may not deliver again, is lost."""

    accept_date: bool = False
    """Whether to take for now an instant far ahead of the clock or of the last run."""

    @cached_property
    def settings(self) -> Settings:
        """The settings in force, read once a run."""
        return Settings.load(Path(self.path) if self.path else None)

    @cached_property
    def deployment(self) -> Deployment:
        """The deployment in force, read once a run."""
        return Deployment.load(self.settings)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Home"]:
        """Hold the run lock and the warehouse until the run ends; close the home; see that the run may begin."""
        settings = self.settings
        with run_lock(settings, DECISION_SECONDS, for_readers=NIGHT_SECONDS):
            if context.instance and context.run:
                end_dead_runs(context.instance, context.run.run_id, settings)
            must_not_be_lost(settings, accepted=self.accept_loss)
            with database.held(settings, NIGHT_SECONDS):
                spill.sweep(settings)
                tighten(settings)
                with self.reader() as con:
                    last = run_log.last_instant(con)
                run_log.not_before_the_last(settings, last)
                if not self.accept_date:
                    run_log.not_far_ahead(settings, last)
                yield self

    @contextmanager
    def scoring_engine(self) -> Iterator[nominal.Engine]:
        """Yield the engine that pairs and scores: Spark if the settings name one, else DuckDB.

        Raises:
            ConfigurationError: Spark is not installed, does not start, or fails.
        """
        if self.settings.spark is None:
            yield nominal.DUCKDB
            return
        try:
            with nominal.spark_engine(self.settings.spark, self.settings.spark_exchange) as engine:
                yield engine
        except nominal.ModelError as error:
            raise ConfigurationError(str(error)) from None

    def writer(self) -> AbstractContextManager[DuckDBPyConnection]:
        """Open the warehouse to write; see `pipelines.warehouse.database.writer`."""
        return database.writer(self.settings)

    def reader(self) -> AbstractContextManager[DuckDBPyConnection]:
        """Read the warehouse that the run holds; see `pipelines.warehouse.database.inside`."""
        return database.inside(self.settings)
