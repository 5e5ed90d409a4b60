"""Where things are and how much of the machine may be used: settings from the environment, prefix `CONJOIN_`."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from linkage_models.instants import clock, naive_utc
from pipelines.errors import Report, refuse
from pipelines.settings import forms
from pipelines.settings.forms import Form
from pipelines.settings.given import PREFIX, Given, in_environment, in_file, is_of_others, problem, variable

_Folder = Annotated[Path | None, AfterValidator(forms.no_file), Form("a folder, or a path where one can be made")]
_File = Annotated[Path | None, AfterValidator(forms.no_folder), Form("the path of a file")]

HOME_SETTINGS_FILE = "conjoin.env"
"""A home's own settings, read after the environment: `conjoin demo` writes where the sample is and what night it is."""


class Settings(BaseModel):
    """Every setting Conjoin reads; an environment variable wins over the home's `conjoin.env`.

    Build one with `Settings.load()`, which knows where the home's own file lies. An empty value is none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    home: Annotated[
        Path,
        AfterValidator(forms.home),
        Form("a folder, or a path where one can be made, without a `?`", environment_only=True),
    ] = Field(Path("data"), description="Folder of the landing, the warehouse, the snapshots and the audit.")
    deployment: Annotated[Path | None, AfterValidator(forms.folder), Form("a folder that exists")] = Field(
        None, description="Folder of a deployment: sources, gap rules, audiences, bundles. Default: Conjoin's own."
    )
    inbox: _Folder = Field(
        None, description="Folder that relative source paths start from. Default: `inbox` in the home."
    )
    readers_group: Annotated[str | None, AfterValidator(forms.group), Form("the name of a group of this machine")] = (
        Field(
            None,
            description="Group that may read the published snapshots and nothing else of the home. Default: only the"
            " account that Conjoin runs under.",
        )
    )
    as_of: Annotated[
        datetime | None,
        BeforeValidator(forms.instant),
        Form("an instant between 1970 and 2200 such as 2026-03-02T02:00:00Z"),
    ] = Field(
        None,
        description="The instant a run takes for now (UTC if no zone is given), never before an earlier run's. Set"
        " for samples and for re-runs. Default: the clock.",
    )
    memory_limit: Annotated[str, AfterValidator(forms.size), Form("a size of 256MB or more, such as 4GB or 900MiB")] = (
        Field("4GB", description="What DuckDB may hold in memory before it spills to disk.")
    )
    threads: Annotated[int | None, Form("a whole number from 1 to 1024")] = Field(
        None, ge=1, le=1024, description="Threads DuckDB may use. Default: all cores."
    )
    snapshots_kept: Annotated[int, Form("a whole number from 2")] = Field(
        14, ge=2, description="Published versions kept for each audience."
    )
    spark: Annotated[str | None, Form("`local[4]`, `spark://host:7077`, `k8s://host:443` or `yarn`")] = Field(
        None,
        pattern=r"^(local(\[[^\[\]]+\])?|yarn|(spark|k8s)://\S+)$",
        description="Where Spark pairs and scores. Default: DuckDB does.",
    )
    spark_folder: _Folder = Field(
        None, description="Folder that Spark's executors see at the same path as Conjoin. Default: `spark` in the home."
    )
    audit_key: Annotated[SecretStr | None, Form("a secret of 16 characters or more", environment_only=True)] = Field(
        None,
        min_length=16,
        description="Key that the head of the audit log is signed with, so that nobody without it can write the log"
        " anew. Default: none, or that of `CONJOIN_AUDIT_KEY_FILE`.",
    )
    audit_key_file: _File = Field(
        None, description="File, outside the home, that holds the key of the audit log and nothing else. Default: none."
    )
    audit_anchor: _File = Field(
        None,
        description="File, outside the home, to which the head of the audit log is added with each entry: on a disk"
        " that lets nobody take back what was written. Default: none.",
    )
    debug: Annotated[bool, Form("1 or 0", environment_only=True)] = Field(
        default=False,
        description="1 shows the traceback of an error nobody foresaw, which may quote personal data.",
    )

    @classmethod
    def load(
        cls, home: Path | None = None, *, report: Report = refuse, source: Path | None = None, any_name: bool = False
    ) -> Settings:
        """Return the settings in force, reading the environment and `conjoin.env` of the home that applies.

        Args:
            home: overrides `CONJOIN_HOME`.
            report: called with each mistake; what has one is left out.
            source: the YAML of a source outside the deployment, which may name variables that hold its secrets.
            any_name: whether variables may hold secrets of a source whose YAML is not written yet.

        Raises:
            ConfigurationError: by default, for the first of these: a value is not of its setting's form, a name is no
                setting's, a line of the file is no setting. The sentence says where it was given, and never its value.
        """
        fields = {variable(name): field for name, field in cls.model_fields.items()}
        environment = {setting.name: setting for setting in in_environment()}
        named = environment.pop(variable("home"), Given(variable("home"), "data", "its default"))
        if home is not None:
            named = Given(named.name, str(home), "--home")
        given = [named, *environment.values()]
        if problem(named, fields) is None:
            given[1:1] = in_file(Path(named.value) / HOME_SETTINGS_FILE, report)
        deployment = {setting.name: setting.value for setting in given if setting.value}.get(variable("deployment"))
        yaml = [Path(deployment, "sources")] if deployment else []
        yaml += [source] if source else []
        values: dict[str, Any] = {}
        for setting in given:
            if setting.name not in fields and not setting.file and (any_name or is_of_others(setting.name, yaml)):
                continue
            if wrong := problem(setting, fields):
                report(wrong)
            elif setting.value:
                values[setting.name.removeprefix(PREFIX).lower()] = setting.value
        settings = cls(**values)
        # Not `resolve`, which fails on links in a loop.
        return settings.model_copy(update={"home": Path(os.path.realpath(settings.home))})

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
    def audit_head(self) -> Path:
        """The head of the audit log, kept apart from it."""
        return self.home / "audit-head.json"

    @property
    def spark_exchange(self) -> Path:
        """Folder in which DuckDB and Spark exchange working files."""
        return self.spark_folder or self.home / "spark"

    @property
    def deliveries(self) -> Path:
        """Folder that relative source paths start from."""
        return self.inbox or self.home / "inbox"

    def now(self) -> datetime:
        """Return the instant that this run takes for now: naive UTC, whole seconds, as in the warehouse."""
        return naive_utc(self.as_of).replace(microsecond=0) if self.as_of else clock()
