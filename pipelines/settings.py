"""Where things are and how much of the machine may be used: settings from the environment, prefix `CONJOIN_`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

HOME_SETTINGS_FILE = "conjoin.env"
"""A home's own settings, read after the environment: `conjoin demo` writes where the sample is and what night it is."""


class Settings(BaseSettings):
    """Every setting Conjoin reads; an environment variable wins over the home's `conjoin.env`.

    Build one with `Settings.load()`, which knows where the home's own file lies.
    """

    model_config = SettingsConfigDict(env_prefix="CONJOIN_", extra="forbid", frozen=True)

    home: Path = Field(Path("data"), description="Folder of the landing, the warehouse, the snapshots and the audit.")
    deployment: Path | None = Field(
        None, description="Folder of a deployment: sources, gap rules, audiences, bundles. None: the repository's own."
    )
    inbox: Annotated[Path | None, NoDecode] = Field(
        None, description="Folder that relative source paths start from. None: `inbox` in the home."
    )
    as_of: datetime | None = Field(
        None, description="The instant a run takes for now (UTC). None: the clock. Set for samples and for re-runs."
    )
    memory_limit: str = Field("4GB", description="What DuckDB may hold in memory before it spills to disk.")
    threads: int | None = Field(None, ge=1, description="Threads DuckDB may use. None: all cores.")
    spark: str | None = Field(
        None, description="Where Spark pairs and scores (`local[4]`, `spark://host:7077`, `yarn`). None: DuckDB does."
    )
    spark_folder: Path | None = Field(
        None,
        description="Folder that Spark's executors see at the same path as this process. None: `spark` in the home.",
    )
    snapshots_kept: int = Field(14, ge=2, description="Published versions kept per audience.")

    @classmethod
    def load(cls, home: Path | None = None) -> Settings:
        """Return the settings in force, reading `conjoin.env` of the home that applies.

        Args:
            home: overrides `CONJOIN_HOME`.
        """
        where = home or Path(os.environ.get("CONJOIN_HOME") or "data")
        given = {"home": where.resolve()}
        return cls(_env_file=where / HOME_SETTINGS_FILE, **given)  # type: ignore[arg-type]

    @property
    def landing(self) -> Path:
        """Folder of landed Parquet, one sub-folder per source system and load."""
        return self.home / "landing"

    @property
    def warehouse(self) -> Path:
        """The warehouse's DuckDB file."""
        return self.home / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """Folder of published snapshots, one sub-folder per audience."""
        return self.home / "published"

    @property
    def audit(self) -> Path:
        """Folder of the audit log."""
        return self.home / "audit"

    @property
    def spark_exchange(self) -> Path:
        """Folder in which DuckDB and Spark hand each other working files."""
        return self.spark_folder or self.home / "spark"

    @property
    def deliveries(self) -> Path:
        """Folder that relative source paths start from."""
        return self.inbox or self.home / "inbox"

    def now(self) -> datetime:
        """Return the instant this run takes for now: naive UTC, whole seconds, as every timestamp in the warehouse."""
        instant = self.as_of or datetime.now(UTC)
        if instant.tzinfo is not None:
            instant = instant.astimezone(UTC).replace(tzinfo=None)
        return instant.replace(microsecond=0)
