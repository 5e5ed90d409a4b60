"""Audiences: sets of readers, each with a ceiling on the markings its file may hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from pipelines.errors import ConfigurationError, Report, refuse
from pipelines.source.mapping import MARKINGS, Marking
from pipelines.visible import AudienceSight
from pipelines.yaml_file import check_yaml, field_error, yaml_files

SHIPPED = Path(__file__).parent / "audiences"
"""The repository's own audiences."""


class Audience(BaseModel):
    """A set of readers and the highest marking its file may hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40, description="Names its folder under `published`.")
    title: str = Field(min_length=1, description="Who its readers are, in words.")
    ceiling: Marking = Field(description="Highest marking its file may hold.")
    default: bool = Field(default=False, description="Whether commands read its file where `--audience` names none.")
    across: tuple[str, ...] = Field(
        (), description="Services whose common subjects its summaries count. None: every service it sees."
    )

    @property
    def visible_markings(self) -> tuple[str, ...]:
        """The markings its file may hold. A marking that is missing or unknown is never among them: it means deny."""
        return MARKINGS[: MARKINGS.index(self.ceiling) + 1]

    def sight(self, record_markings: Mapping[str, str | None] | None) -> AudienceSight:
        """Return what it may see.

        Args:
            record_markings: marking of what each source system's records themselves say; a system whose marking is
                missing or above the ceiling is hidden whole. None where records carry no marking of their own.
        """
        shown = sorted(name for name, marking in (record_markings or {}).items() if marking in self.visible_markings)
        return AudienceSight(self.name, self.visible_markings, None if record_markings is None else tuple(shown))


def read_audiences(folder: Path = SHIPPED, report: Report = refuse) -> dict[str, Audience]:
    """Return the audiences of a folder by name, in order of name; each YAML file holds one and has its name.

    Args:
        folder: holds one `<name>.yaml` per audience.
        report: called with each mistake; an audience that has one is left out.

    Raises:
        ConfigurationError: by default, for the first of these: a file does not fit, a file's name is not its
            audience's, two are the default, or the folder holds none.
    """
    files = yaml_files(folder, report)
    if not files:
        report(ConfigurationError(f"{folder} holds no audience; add one YAML file for each, named after it."))
    audiences: dict[str, Audience] = {}
    for path in files:
        audience = check_yaml(path, Audience, report)
        if audience is None:
            continue
        first = next((other.name for other in audiences.values() if other.default), None)
        if audience.name != path.stem:
            report(field_error(path, ["name"], f"it must be the file's name, `{path.stem}`"))
        elif audience.default and first:
            report(field_error(path, ["default"], f"`{first}` is the default already"))
        else:
            audiences[audience.name] = audience
    return audiences


def default_audience(audiences: Mapping[str, Audience]) -> Audience | None:
    """Return the audience whose file commands read: the only one, or the one that says so; None if neither is."""
    if len(audiences) == 1:
        return next(iter(audiences.values()))
    return next((audience for audience in audiences.values() if audience.default), None)


def chosen_audience(audiences: Mapping[str, Audience], name: str | None) -> Audience:
    """Return the audience of a name, or the default one.

    Args:
        audiences: what `read_audiences` returned.
        name: what was typed; None for the default.

    Raises:
        ConfigurationError: there is no such audience, or no default one.
    """
    known = ", ".join(audiences)
    if name is not None and name not in audiences:
        raise ConfigurationError(f"There is no audience `{name}`; name one of {known} with --audience.")
    if found := audiences[name] if name else default_audience(audiences):
        return found
    raise ConfigurationError(
        f"None of the audiences {known} is the default; name one with --audience, or write `default: true` into the"
        " YAML file of one."
    )
