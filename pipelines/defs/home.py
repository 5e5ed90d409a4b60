"""The home as a Dagster resource: settings, deployment and the warehouse of the run, under the run lock."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path

import dagster as dg
from duckdb import DuckDBPyConnection

from linkage_models import nominal
from pipelines.deployment import Deployment
from pipelines.errors import ConfigurationError
from pipelines.modes import tighten
from pipelines.settings import Settings
from pipelines.warehouse import database, run_log
from pipelines.warehouse.lock import DECISION_SECONDS, run_lock


class Home(dg.ConfigurableResource["Home"]):
    """CONJOIN_HOME and what belongs to it, for the assets of one run."""

    path: str | None = None
    """The home's folder; None takes CONJOIN_HOME."""

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
        """Hold the run lock as long as the run's process lives; close the home; see that time has not gone back."""
        del context
        with run_lock(self.settings, DECISION_SECONDS):
            tighten(self.settings)
            run_log.not_before_the_last(self.settings)
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
