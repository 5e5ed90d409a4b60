"""The nights of a sample, read from the folder that `conjoin sample` writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import sample_data
from linkage_models.words import counted
from pipelines.errors import ConfigurationError

SHIPPED = Path(sample_data.__file__).parent / "small"
"""The sample that comes with Conjoin."""


@dataclass(frozen=True, slots=True)
class SampleNight:
    """One night of a sample.

    Attributes:
        sample: the sample's folder.
        deliveries: the folder of what its systems deliver that night.
        as_of: the night's instant, as the sample writes it.
        following: the number of the next night; None for the last.
    """

    sample: Path
    deliveries: Path
    as_of: str
    following: int | None


def sample_night(folder: Path | None, number: int) -> SampleNight:
    """Return a night of a sample.

    Args:
        folder: the sample's folder; None for the shipped one.
        number: the night, counted from 1.

    Raises:
        ConfigurationError: the folder is no sample, or has no such night.
    """
    sample = (folder or SHIPPED).resolve()
    manifest = sample / "sample.json"
    if not manifest.is_file():
        raise ConfigurationError(f"{sample} is not a sample; make one with `conjoin sample --out {sample}`.")
    nights = json.loads(manifest.read_text(encoding="utf-8"))["nights"]
    if number > len(nights):
        raise ConfigurationError(
            f"{sample} has {counted(len(nights), 'night')}; choose --night between 1 and {len(nights)}."
        )
    night = nights[number - 1]
    following = number + 1 if number < len(nights) else None
    return SampleNight(sample, sample / night["folder"], night["as_of"], following)
