"""Sets that are no public ones: worlds of the generator, and folders of sources, deliveries and truth."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sample_data
from pipelines.bench.measured_set import NO_GAPS, Prepared, write_settings
from pipelines.errors import ConfigurationError
from pipelines.sample import worlds

WORLD_PEOPLE = 3000
"""People of a world: enough to learn a model from, in a few minutes."""

DELIVERIES, TRUTH = "data", "truth.csv"
_TRUTH_COLUMNS = ("source", "record_id", "person_id")


@dataclass(frozen=True, slots=True)
class WorldSet:
    """One world, generated with a seed."""

    world: sample_data.SampleWorld
    seed: int
    limit: None = None
    pair_of_systems: None = None
    variants: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the world."""
        return self.world.name

    @property
    def title(self) -> str:
        """Name of the world, for people."""
        return self.world.name

    def prepare(self, folder: Path, people: int | None) -> Prepared:
        """Generate the world."""
        made = sample_data.generate(
            people=people or WORLD_PEOPLE, seed=self.seed, nights=1, out=folder, world=self.world
        )
        home = worlds.write_home(folder, self.world)
        truth = folder / "truth" / "night-1"
        across = bool(self.world.files) and all(file.firsts for file in self.world.files)
        return Prepared(home, folder, truth, (), made.records, across)


@dataclass(frozen=True, slots=True)
class FolderSet:
    """A folder with `sources/*.yaml`, and the deliveries and `truth.csv` in `data/`."""

    folder: Path
    limit: None = None
    pair_of_systems: None = None
    variants: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.folder.resolve().name

    @property
    def title(self) -> str:
        """Name of the folder, for people."""
        return self.name

    def prepare(self, folder: Path, people: int | None) -> Prepared:  # noqa: ARG002  # a folder has the people it has
        """Copy the sources and the deliveries, so that nothing is written to the user's folder.

        Raises:
            ConfigurationError: something is missing in the folder, or the truth is not what it should be.
        """
        given, truth_file = self.folder / DELIVERIES, self.folder / DELIVERIES / TRUTH
        for needed in (self.folder / "sources", given, truth_file):
            if not needed.exists():
                raise ConfigurationError(
                    f"{needed} is missing; a folder for --data has sources/*.yaml, {DELIVERIES}/ with what they read, "
                    f"and {DELIVERIES}/{TRUTH} with the columns {', '.join(_TRUTH_COLUMNS)}."
                )
        home, deployment, truth = folder / "home", folder / "deployment", folder / "truth"
        shutil.copytree(given, home / "inbox", ignore=lambda *_: [TRUTH])
        shutil.copytree(self.folder / "sources", deployment / "sources")
        truth.mkdir()
        write_settings(home, deployment)
        people_of = _read_truth(truth_file)
        with (truth / "record.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(
                [("system", "source_record_id", "person_id"), *((*key, person) for key, person in people_of.items())]
            )
        (truth / "gap.csv").write_text(NO_GAPS, encoding="utf-8")
        held = {(source, person) for (source, _), person in people_of.items()}
        across = len(held) == len(people_of) and len({source for source, _ in held}) > 1
        return Prepared(home, deployment, truth, (), len(people_of), across)


def chosen_worlds(names: Iterable[str], seed: int) -> list[WorldSet]:
    """Return the worlds of these names, or all if no name is given.

    Raises:
        ConfigurationError: there is no such world.
    """
    wanted = [worlds.world(name) for name in names] or sample_data.WORLDS
    return [WorldSet(world, seed) for world in wanted]


def _read_truth(path: Path) -> dict[tuple[str, str], str]:
    """Return the person of each record.

    Raises:
        ConfigurationError: a column is missing.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if missing := [name for name in _TRUTH_COLUMNS if name not in (reader.fieldnames or [])]:
            raise ConfigurationError(f"{path} lacks the column {missing[0]}; it has {', '.join(_TRUTH_COLUMNS)}.")
        return {(row["source"], row["record_id"]): row["person_id"] for row in reader}
