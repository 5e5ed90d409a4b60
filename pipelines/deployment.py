"""A deployment: the folder of sources, gap rules, audiences and model bundles that a home runs with.

sources/<system>/defs.yaml  or  sources/<system>.yaml     one source system each; these a deployment must have
gap_rules/*.yaml                                          without it, the repository's rules
audiences/*.yaml                                          without it, the repository's audiences
bundles/<version>/                                        without it, the bundle in `linkage_models`
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from linkage_models import nominal
from linkage_models.nominal.bundle import SHIPPED
from pipelines.errors import ConfigurationError, Report, refuse
from pipelines.gaps import DEFAULT_RULES
from pipelines.publish import Audience, audience, read_audiences
from pipelines.source import BELOW, SourceSpec
from pipelines.yaml_file import check_yaml, field_error, yaml_files

if TYPE_CHECKING:
    from pipelines.settings import Settings
    from pipelines.visible import AudienceSight

PIPELINES = Path(__file__).parent


@dataclass(frozen=True)
class Source:
    """A source system and the YAML file that describes it."""

    spec: SourceSpec
    yaml_file: Path


@dataclass(frozen=True)
class Folders:
    """Where a deployment keeps its parts.

    Attributes:
        own: the deployment's folder; None if it is the repository's own.
    """

    own: Path | None
    source_files: Path
    gap_rules: Path
    audience_files: Path
    bundles: Path

    @staticmethod
    def at(own: Path | None) -> Folders:
        """Return the folders of a deployment; for each that it lacks, the repository's own."""
        sources, rules, audiences, bundles = PIPELINES / "defs" / "sources", DEFAULT_RULES, audience.SHIPPED, SHIPPED
        if own is None:
            return Folders(None, sources, rules, audiences, bundles)
        return Folders(
            own,
            own / "sources",
            _own_or(own / "gap_rules", rules),
            _own_or(own / "audiences", audiences),
            _own_or(own / "bundles", bundles),
        )

    @cached_property
    def bundle(self) -> nominal.Bundle:
        """The newest model bundle, read and checked once, which takes a second.

        Raises:
            ConfigurationError: there is none, or it is damaged or made for other comparisons.
        """
        try:
            return nominal.Bundle.load(nominal.latest(self.bundles))
        except nominal.BundleError as error:
            raise ConfigurationError(str(error)) from None


@dataclass(frozen=True)
class Deployment(Folders):
    """A deployment as it was read: its source systems by name, its audiences, and where its other parts are."""

    sources: tuple[Source, ...]
    audiences: dict[str, Audience]

    @classmethod
    def load(cls, settings: Settings) -> Deployment:
        """Read the deployment that the settings name, or the repository's own.

        Raises:
            ConfigurationError: the folder, or the YAML of a source or an audience, is missing or wrong.
        """
        where = Folders.at(settings.deployment)
        return cls(
            **vars(where), sources=read_sources(where.source_files), audiences=read_audiences(where.audience_files)
        )

    def named(self, system: str | None) -> tuple[Source, ...]:
        """Return the source system of a name, or all of them if no name is given.

        Raises:
            ConfigurationError: there is none of that name.
        """
        named = tuple(source for source in self.sources if system in (None, source.spec.system))
        if not named:
            known = ", ".join(source.spec.system for source in self.sources)
            raise ConfigurationError(f"There is no source system `{system}`; name one of {known}.")
        return named

    @property
    def services(self) -> dict[str, str]:
        """The service each source system belongs to."""
        return {source.spec.system: source.spec.service for source in self.sources}

    @property
    def record_markings(self) -> dict[str, str | None]:
        """Marking of what each source system's records themselves say; a missing one means deny."""
        return {source.spec.system: source.spec.marking for source in self.sources}

    @property
    def sights(self) -> tuple[AudienceSight, ...]:
        """What each audience may see."""
        return tuple(audience.sight(self.record_markings) for audience in self.audiences.values())


def _own_or(own: Path, shipped: Path) -> Path:
    return own if own.is_dir() else shipped


def read_sources(folder: Path, report: Report = refuse) -> tuple[Source, ...]:
    """Return the source systems of a folder, in the order of their names.

    Args:
        folder: holds `<system>.yaml` or `<system>/defs.yaml` for each.
        report: called with each mistake; a source that has one is left out.

    Raises:
        ConfigurationError: by default, for the first of these: a file would be passed over, does not fit, or describes
            a system that another one describes; there is none.
    """
    inside = [file for inner in sorted(folder.glob("*/")) for file in yaml_files(inner, report)]
    files = sorted([*(file for file in inside if file.name == "defs.yaml"), *yaml_files(folder, report)])
    if not files:
        message = f"{folder} holds no source system; add a YAML file for each, as docs/how-to/add-a-source.md shows."
        report(ConfigurationError(message))
    sources: dict[str, Source] = {}
    for file in files:
        spec = check_yaml(file, SourceSpec, report, below=BELOW)
        if spec is None:
            continue
        first = sources.setdefault(spec.system, Source(spec, file))
        if first.yaml_file != file:
            problem = f"the system `{spec.system}` is already described in {first.yaml_file}"
            report(field_error(file, ["system"], problem, below=BELOW))
    return tuple(sources[system] for system in sorted(sources))
