"""What `conjoin bench accuracy` asks of a set: what it is called, and the folders it is linked and evaluated in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipelines.settings import HOME_SETTINGS_FILE
from pipelines.settings.given import settings_lines

NO_GAPS = "rule_id,person_id,held_by,expected_in,planted,detail\n"
"""`gap.csv` of a set that plants no gaps."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The folders of a set, ready to be linked and evaluated.

    Attributes:
        home: with settings of its own that name the deployment and, where it is no inbox, the deliveries.
        deployment: the source YAML.
        truth: `record.csv` and `gap.csv`, for `conjoin evaluate --truth`.
        files: the CSV files that scripts of the set's own read, in the order of its systems.
        records: records whose person is known.
        across: whether no source holds anybody twice, so that only links between sources can be true.
    """

    home: Path
    deployment: Path
    truth: Path
    files: tuple[Path, ...]
    records: int
    across: bool = False


class MeasuredSet(Protocol):
    """A set that can be linked beside bare scripts."""

    @property
    def name(self) -> str:
        """What the command line calls it, and its folder."""

    @property
    def title(self) -> str:
        """Name for people."""

    @property
    def limit(self) -> float | None:
        """Pairwise F1 that must be reached; None where only the bare script is to be reached."""

    @property
    def pair_of_systems(self) -> list[str] | None:
        """The two systems between which links count; None if all do."""

    @property
    def variants(self) -> Sequence[str]:
        """The scripts of `linkage_models.yardsticks.bare_febrl` that read its files."""

    def prepare(self, folder: Path, people: int | None) -> Prepared:
        """Write the deployment, the deliveries and the truth.

        Args:
            folder: where to; it is not there yet, or empty.
            people: how many people; None for as many as the set has by itself.
        """


def write_settings(home: Path, deployment: Path) -> None:
    """Write a home's settings, which name its deployment."""
    (home / HOME_SETTINGS_FILE).write_text(settings_lines({"deployment": deployment}), encoding="utf-8")
