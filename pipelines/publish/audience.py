"""Audiences: sets of readers, each with a ceiling on the markings its file may hold."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from pipelines.errors import ConfigurationError
from pipelines.source.mapping import MARKINGS, Marking
from pipelines.yaml_file import field_line, read_yaml

SHIPPED = Path(__file__).parent / "audiences"
"""The repository's own audiences."""


class Audience(BaseModel):
    """A set of readers and the highest marking its file may hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40, description="Names its folder under `published`.")
    title: str = Field(min_length=1, description="Who its readers are, in words.")
    ceiling: Marking = Field(description="Highest marking its file may hold.")

    @property
    def visible_markings(self) -> tuple[str, ...]:
        """The markings its file may hold. A marking that is missing or unknown is never among them: it means deny."""
        return MARKINGS[: MARKINGS.index(self.ceiling) + 1]


def read_audiences(folder: Path = SHIPPED) -> dict[str, Audience]:
    """Return the audiences of a folder by name, in order of name; each YAML file holds one and bears its name.

    Raises:
        ConfigurationError: the folder holds none, a file does not fit, or a file's name is not its audience's.
    """
    audiences = {}
    for path in sorted(folder.glob("*.yaml")):
        audience = read_yaml(path, Audience)
        if audience.name != path.stem:
            line = field_line(path, ["name"])
            raise ConfigurationError(
                f"{path}, line {line}: the field `name` is wrong: the file bears another name; make them the same."
            )
        audiences[audience.name] = audience
    if not audiences:
        raise ConfigurationError(f"{folder} holds no audience; add one YAML file for each, for example joint.yaml.")
    return audiences
