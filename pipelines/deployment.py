"""A deployment: the folder of sources, gap rules, audiences and model bundles that a home runs with.

sources/<system>/defs.yaml  or  sources/<system>.yaml     one source system each; these a deployment must have
gap_rules/*.yaml                                          without it, the repository's rules
audiences/*.yaml                                          without it, the repository's audiences
bundles/<version>/                                        without it, the bundle in `linkage_models`
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from linkage_models import nominal
from linkage_models.nominal.bundle import SHIPPED
from pipelines.errors import ConfigurationError
from pipelines.source import SourceSpec
from pipelines.yaml_file import read_yaml

if TYPE_CHECKING:
    from pipelines.settings import Settings

PIPELINES = Path(__file__).parent


@dataclass(frozen=True)
class Source:
    """A source system and the YAML file that describes it."""

    spec: SourceSpec
    yaml_file: Path


@dataclass(frozen=True)
class Deployment:
    """Where a deployment keeps its parts, and its source systems, in the order of their names."""

    sources: tuple[Source, ...]
    gap_rules: Path
    audiences: Path
    bundles: Path

    @classmethod
    def load(cls, settings: Settings) -> Deployment:
        """Read the deployment that the settings name, or the repository's own.

        Raises:
            ConfigurationError: the folder or a source's YAML is missing or wrong.
        """
        folder = settings.deployment
        if folder is None:
            sources = PIPELINES / "defs" / "sources"
            rules, audiences = PIPELINES / "gaps" / "rules", PIPELINES / "publish" / "audiences"
            return cls(_sources(sources), rules, audiences, SHIPPED)
        if not folder.is_dir():
            message = f"{folder} is not a folder; set CONJOIN_DEPLOYMENT to the folder of a deployment."
            raise ConfigurationError(message)
        return cls(
            _sources(folder / "sources"),
            _own_or(folder / "gap_rules", PIPELINES / "gaps" / "rules"),
            _own_or(folder / "audiences", PIPELINES / "publish" / "audiences"),
            _own_or(folder / "bundles", SHIPPED),
        )

    def bundle(self) -> nominal.Bundle:
        """Return the newest model bundle.

        Raises:
            ConfigurationError: there is none, or it is damaged or made for other comparisons.
        """
        try:
            return nominal.Bundle.load(nominal.latest(self.bundles))
        except nominal.BundleError as error:
            raise ConfigurationError(str(error)) from None

    @property
    def services(self) -> dict[str, str]:
        """The service each source system belongs to."""
        return {source.spec.system: source.spec.service for source in self.sources}


def _own_or(own: Path, shipped: Path) -> Path:
    return own if own.is_dir() else shipped


def _sources(folder: Path) -> tuple[Source, ...]:
    stray = sorted([*folder.glob("*.yml"), *folder.glob("*/*.yml")])
    if stray:
        message = f"{stray[0]} would be passed over; let its name end in .yaml."
        raise ConfigurationError(message)
    files = sorted([*folder.glob("*/defs.yaml"), *folder.glob("*.yaml")])
    if not files:
        message = f"{folder} holds no source system; add a YAML file for each, as docs/how-to/add-a-source.md shows."
        raise ConfigurationError(message)
    sources = [Source(read_yaml(file, SourceSpec, below=("attributes",)), file) for file in files]
    first_files: dict[str, Path] = {}
    for source in sources:
        first = first_files.setdefault(source.spec.system, source.yaml_file)
        if first != source.yaml_file:
            message = (
                f"{source.yaml_file}: the system `{source.spec.system}` is already described in {first}; rename one."
            )
            raise ConfigurationError(message)
    return tuple(sorted(sources, key=lambda source: source.spec.system))
