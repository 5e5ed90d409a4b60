"""What the parts of a source's `extract` have in common: strict models, secrets, and how loads follow each other."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pipelines.errors import SourceError

ResourceName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]


class Part(BaseModel):
    """A part of a source's YAML: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Secret(Part):
    """Where a secret is kept: an environment variable, or a file that holds nothing else. Never in the YAML itself."""

    env: str | None = Field(None, min_length=1, description="Name of the environment variable.")
    file: Path | None = Field(None, description="Path of the file; a line end at its end is left out.")

    @model_validator(mode="before")
    @classmethod
    def _is_no_value(cls, given: Any) -> Any:  # noqa: ANN401  # whatever the YAML holds
        if isinstance(given, str):
            message = "a secret does not stand in the YAML: write `{env: NAME}` or `{file: PATH}`"
            raise ValueError(message)  # noqa: TRY004  # what pydantic makes a sentence of
        return given

    @model_validator(mode="after")
    def _names_one_place(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("give `env` or `file`, and not both")
        return self

    def read(self, system: str) -> str:
        """Return the secret.

        Raises:
            SourceError: it is not where the YAML says.
        """
        if self.env is not None:
            value = os.environ.get(self.env)
        else:
            try:
                value = (self.file or Path()).read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError):
                value = None
        if not value:
            raise SourceError(f"{system}: a secret of its connection is missing; {self.remedy}.")
        return value

    @property
    def remedy(self) -> str:
        """What to do if it is missing, as a clause."""
        if self.env is not None:
            return f"set the environment variable {self.env}"
        return f"put it into the file {self.file}, readable by the account that Conjoin runs under"


def _as_list(given: Any) -> Any:  # noqa: ANN401  # whatever the YAML holds
    return [given] if isinstance(given, str) else given


Expressions = Annotated[tuple[str, ...], BeforeValidator(_as_list, json_schema_input_type=str | list[str])]
"""SQL expressions; a single one needs no list."""


class Resource(Part):
    """How one table, file or endpoint tells what changed since the load before.

    Every expression is DuckDB SQL over the landed columns; for JSON, XML and REST that is the one column `document`.
    """

    load: Literal["snapshot", "changes"] = Field(
        "snapshot",
        description="`snapshot`: each delivery is whole, what is absent from it is gone. `changes`: each delivery holds"
        " new versions of some rows, which replace those of the same `key`.",
    )
    key: Expressions = Field((), description="What names a row, as one or more expressions; `changes` needs it.")
    cursor: str | None = Field(
        None,
        description="Expression that grows with every change of a row, such as a time of change. The newest version of"
        " a row wins, whenever it arrives; databases and services are asked only for rows from the last one on.",
    )
    deleted: str | None = Field(None, description="Condition under which a row says that it is deleted (a tombstone).")

    @model_validator(mode="after")
    def _changes_have_a_key(self) -> Self:
        if self.load == "changes" and not self.key:
            raise ValueError("`load: changes` needs `key`, so that a new version of a row finds the old one")
        return self


class Polling(Resource):
    """A resource that is asked for rows, and can be asked for all of them again."""

    cursor_overlap_minutes: int = Field(
        10, ge=0, description="How far before the last time of change to ask again, for clocks that disagree."
    )
    full_every_days: int | None = Field(
        None, ge=1, description="Ask for all rows this often, which shows deletions that `changes` cannot."
    )


def named(given: Any) -> Any:  # noqa: ANN401  # whatever the YAML holds
    """Return a list of names as a mapping of each name to an empty mapping."""
    names = isinstance(given, list) and all(isinstance(name, str) for name in given)
    return {name: {} for name in given} if names else given


SchemaContract = Literal["evolve", "freeze", "discard_row"]


class ExtractPart(Part):
    """What every way of extracting has."""

    schema_contract: SchemaContract = Field(
        "evolve",
        description="What a column that is new, gone or of another type than in the load before means. `evolve`: it is"
        " landed and a check warns. `freeze`: the delivery is refused. `discard_row`: rows that do not fit the columns"
        " of the load before are quarantined.",
    )


InClear = Annotated[
    bool,
    Field(
        description="`true` lets the credentials go to another machine unencrypted, over `http://` or with `tls: off`:"
        " whoever can listen may have them."
    ),
]


def in_clear(what: str, host: str | None) -> str:
    """Return what is wrong with sending credentials unencrypted to a host, as a clause; nothing for this machine's own.

    Args:
        what: the setting that leaves them unencrypted.
        host: the host's name or address; a path is of this machine.
    """
    if host is None or host.startswith("/") or host == "localhost":
        return ""
    try:
        if ipaddress.ip_address(host.strip("[]")).is_loopback:
            return ""
    except ValueError:
        pass  # a name
    return (
        f"{what} would send the credentials unencrypted to another machine: have it encrypted, or say"
        " `credentials_in_clear: true` where whoever can listen may have them"
    )


class Connected(ExtractPart):
    """What every extraction over a network has."""

    timeout_seconds: int = Field(60, ge=1, le=3600, description="How long to wait for an answer.")
    retries: int = Field(4, ge=0, le=20, description="How often to try again, waiting longer each time.")
    ca_file: Path | None = Field(
        None, description="Certificates to trust, if the system's own do not vouch for the server."
    )
