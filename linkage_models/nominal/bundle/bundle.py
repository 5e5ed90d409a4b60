"""The model bundle: a folder with everything that decides a pair's weight, checked when it is read.

model.json                   the model in Splink's own form
household.json               what was learned of pairs of two people of one household
slips.json                   what was learned of slips that go together
term_frequencies/*.parquet   frozen frequencies; defaults.json beside them
calibration.json             from match weight to probability, with its reliability curve
thresholds.json              match weights for strict, link, review and wide
recipe.json                  how it was trained, on what, with which rules and versions
card.md                      the same for a reader
manifest.json                the format and the SHA-256 of every file
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from math import floor, log2
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linkage_models.nominal.bundle.calibration import Calibration, ReliabilityBin
from linkage_models.nominal.bundle.card import model_card
from linkage_models.nominal.bundle.term_frequencies import TABLES, TermFrequencies
from linkage_models.nominal.bundle.thresholds import BundleThresholds
from linkage_models.nominal.errors import BundleError
from linkage_models.nominal.model.blocking import BlockingRule, catalogue
from linkage_models.nominal.model.household import Household
from linkage_models.nominal.model.settings import identifier_kinds, model_shape, splink_settings
from linkage_models.nominal.model.slips import Slips

FORMAT = "conjoin nominal model 3"
MANIFEST = "manifest.json"

SHIPPED = Path(__file__).parent / "shipped"
"""The folder of the bundles that come with Conjoin."""


@dataclass(frozen=True)
class Bundle:
    """A trained model.

    Attributes:
        version: the date of training and the beginning of a digest of its content, `2026-03-02-1a2b3c4d`.
        model: Splink's settings with trained m and u.
        household: what was learned of pairs of two people of one household.
        slips: what was learned of slips that go together.
        frequencies: the frozen term frequencies.
        calibration: from match weight to probability.
        thresholds: the match weights at which pairs are acted on.
        recipe: how it was trained.
        card: the model card, Markdown.
    """

    version: str
    model: dict[str, Any]
    household: Household
    slips: Slips
    frequencies: TermFrequencies
    calibration: Calibration
    thresholds: BundleThresholds
    recipe: dict[str, Any]
    card: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of identifier that the model compares."""
        return identifier_kinds(self.model)

    @property
    def rules(self) -> tuple[BlockingRule, ...]:
        """The blocking rules that training chose."""
        known = {rule.name: rule for rule in catalogue(self.kinds)}
        return tuple(known[rule["name"]] for rule in self.recipe["blocking_rules"])

    def among(self, records: int) -> "Bundle":
        """Return the bundle for a number of records to link.

        Among twice as many records as the model was trained on, two taken at random are half as likely to be of one
        person, or of one household, since each has as many records as before. The priors fall by whole bits, so that
        a weight does not change with every record that arrives. They do not rise among fewer records: that there are
        few is no evidence that two are of one person.

        Args:
            records: nominal records to link.
        """
        fewer = 2.0 ** -max(0, floor(log2(max(records, 1) / self.recipe["records"])))
        if fewer == 1.0:
            return self
        prior = self.model["probability_two_random_records_match"] * fewer
        model = self.model | {"probability_two_random_records_match": prior}
        return replace(self, model=model, household=replace(self.household, prior=self.household.prior * fewer))

    @classmethod
    def of(
        cls,
        model: dict[str, Any],
        household: Household,
        slips: Slips,
        frequencies: TermFrequencies,
        calibration: Calibration,
        thresholds: BundleThresholds,
        recipe: dict[str, Any],
    ) -> "Bundle":
        """Return the bundle of its parts, with the version and the card that follow from them."""
        version = content_version(recipe, model, household, slips, frequencies, calibration, thresholds)
        card = model_card(version, recipe, model, household, slips, calibration, thresholds)
        return cls(version, model, household, slips, frequencies, calibration, thresholds, recipe, card)

    def changed(
        self, recipe: dict[str, Any], calibration: Calibration | None = None, thresholds: BundleThresholds | None = None
    ) -> "Bundle":
        """Return the bundle of the same model with another recipe, and with calibration and thresholds where given."""
        parts = (self.model, self.household, self.slips, self.frequencies)
        return Bundle.of(*parts, calibration or self.calibration, thresholds or self.thresholds, recipe)

    def save(self, path: Path | str) -> None:
        """Write the bundle to a new folder, as the newest among the bundles beside it.

        Args:
            path: the folder; by custom its name is the version.

        Raises:
            BundleError: the folder exists and is not empty.
        """
        folder = Path(path)
        if folder.exists() and any(folder.iterdir()):
            raise BundleError(f"{folder} is not empty; save the bundle to a new folder, for a bundle never changes.")
        terms = folder / "term_frequencies"
        terms.mkdir(parents=True, exist_ok=True)
        for name, table in self.frequencies.tables.items():
            pq.write_table(table, terms / f"{name}.parquet", compression="zstd")
        defaults = {"unseen": self.frequencies.unseen, "dependence": self.frequencies.dependence}
        _write_json(terms / "defaults.json", defaults)
        _write_json(folder / "model.json", self.model)
        _write_json(folder / "household.json", asdict(self.household))
        _write_json(folder / "slips.json", asdict(self.slips))
        _write_json(folder / "calibration.json", asdict(self.calibration))
        _write_json(folder / "thresholds.json", asdict(self.thresholds))
        _write_json(folder / "recipe.json", self.recipe)
        (folder / "card.md").write_text(self.card, encoding="utf-8")
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        digests = {file.relative_to(folder).as_posix(): _digest(file) for file in files}
        number = 1 + max((_number(other) for other in _beside(folder)), default=0)
        _write_json(folder / MANIFEST, {"format": FORMAT, "version": self.version, "number": number, "files": digests})

    @classmethod
    def load(cls, path: Path | str) -> "Bundle":
        """Read a bundle and check that it is whole and that this code can apply it.

        Args:
            path: the folder.

        Raises:
            BundleError: the folder is missing, is no bundle, is damaged, or belongs to another version of the model.
        """
        folder = Path(path)
        manifest = _checked_manifest(folder)
        try:
            defaults = _read_json(folder / "term_frequencies" / "defaults.json")
            tables = {name: pq.read_table(folder / "term_frequencies" / f"{name}.parquet") for name in TABLES}
            bundle = cls(
                manifest["version"],
                _read_json(folder / "model.json"),
                Household(**_read_json(folder / "household.json")),
                Slips(**_read_json(folder / "slips.json")),
                TermFrequencies(tables, defaults["unseen"], defaults["dependence"]),
                _read_calibration(folder / "calibration.json"),
                BundleThresholds(**_read_json(folder / "thresholds.json")),
                _read_json(folder / "recipe.json"),
                (folder / "card.md").read_text(encoding="utf-8"),
            )
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
            raise BundleError(f"The bundle {folder} lacks a part ({type(error).__name__}); train it again.") from error
        if model_shape(bundle.model) != model_shape(splink_settings(0.5, bundle.kinds)):
            raise BundleError(f"The bundle {folder} was trained for other comparisons; train one with this version.")
        known = {rule.name: rule.keys for rule in catalogue(bundle.kinds)}
        if any(known.get(rule["name"]) != rule["keys"] for rule in bundle.recipe["blocking_rules"]):
            raise BundleError(f"The bundle {folder} was trained for other blocking rules; train one with this version.")
        return bundle


def content_version(
    recipe: dict[str, Any],
    model: dict[str, Any],
    household: Household,
    slips: Slips,
    frequencies: TermFrequencies,
    calibration: Calibration,
    thresholds: BundleThresholds,
) -> str:
    """Return the version of a bundle: the date, and eight digits of the SHA-256 of all that decides a weight."""
    digest = hashlib.sha256()
    tables = {name: table.to_pydict() for name, table in frequencies.tables.items()}
    parts = (model, asdict(household), slips.ratios, tables, frequencies.unseen, frequencies.dependence)
    decides = (*parts, asdict(calibration), asdict(thresholds), recipe["blocking_rules"], recipe["records"])
    digest.update(json.dumps(decides, sort_keys=True).encode())
    return f"{recipe['trained_on']}-{digest.hexdigest()[:8]}"


def latest(folder: Path | str) -> Path:
    """Return the newest bundle of a folder of bundles: the one that was saved there last.

    Raises:
        BundleError: the folder holds no bundle, or one whose manifest cannot be read.
    """
    bundles = sorted(_beside(Path(folder) / "any"), key=lambda bundle: (_number(bundle), bundle.name))
    if not bundles:
        raise BundleError(f"{folder} holds no model bundle; train one with `conjoin train`.")
    return bundles[-1]


def _beside(folder: Path) -> list[Path]:
    return [manifest.parent for manifest in folder.parent.glob(f"*/{MANIFEST}")]


def _number(folder: Path) -> int:
    """Return a bundle's place among those of its folder, 0 if it was saved alone.

    Raises:
        BundleError: its manifest cannot be read; passing it over would score with an older bundle unnoticed.
    """
    try:
        return int(_read_json(folder / MANIFEST).get("number", 0))
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise BundleError(f"{folder / MANIFEST} cannot be read; restore the bundle or remove its folder.") from error


def _checked_manifest(folder: Path) -> dict[str, Any]:
    if not (folder / MANIFEST).is_file():
        raise BundleError(f"{folder} is not a model bundle: it has no {MANIFEST}; name the folder of a bundle.")
    try:
        manifest: dict[str, Any] = _read_json(folder / MANIFEST)
        found, files = manifest["format"], manifest["files"].items()
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise BundleError(f"{folder / MANIFEST} cannot be read; restore the bundle or train it again.") from error
    if found != FORMAT:
        raise BundleError(
            f"The bundle {folder} is of the format '{found}', and this version of Conjoin reads '{FORMAT}'; use the"
            " version that trained it, or train one with this version."
        )
    for name, digest in files:
        file = folder / name
        if not file.is_file():
            raise BundleError(f"The bundle {folder} is damaged: {name} is missing; restore it or train it again.")
        if _digest(file) != digest:
            raise BundleError(f"The bundle {folder} is damaged: {name} was changed; restore it or train it again.")
    return manifest


def _read_calibration(file: Path) -> Calibration:
    held = _read_json(file)
    return Calibration(**held | {"bins": tuple(ReliabilityBin(**entry) for entry in held["bins"])})


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _write_json(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def _read_json(file: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    return json.loads(file.read_text(encoding="utf-8"))
