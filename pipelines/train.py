"""Training the link model on the warehouse's own nominal records, and keeping the bundle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from linkage_models import nominal
from linkage_models.relations import Temporaries
from linkage_models.words import counted
from pipelines.deployment import Deployment
from pipelines.errors import ConfigurationError
from pipelines.evaluate import read_people
from pipelines.warehouse.database import reader, scratch
from pipelines.warehouse.spill import own_folder

if TYPE_CHECKING:
    from pipelines.settings import Settings

MOST_CHANGED = 0.005
"""Share of decisions that refits may change before it is worth a warning."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A bundle that was trained and kept.

    Attributes:
        bundle: the bundle.
        folder: where it was written.
        in_use: the bundle that runs of the deployment now use.
        records: the nominal records it was trained on.
    """

    bundle: nominal.Bundle
    folder: Path
    in_use: Path
    records: int

    @property
    def warnings(self) -> list[str]:
        """What a person should know before relying on the bundle, as sentences."""
        recipe = self.bundle.recipe
        found = []
        if left_out := recipe["left_out"]["records"]:
            found.append(
                f"{counted(left_out, 'record was', 'records were')} left out, for too many others have the same "
                "identifier, or name and date of birth; correct the source, or map the placeholder to nothing in its "
                "YAML, and train again."
            )
        refits = recipe.get("refits")
        if refits and refits["decisions_changed"] > MOST_CHANGED:
            changed = refits["decisions_changed"]
            found.append(f"refits change {changed:.2%} of decisions; more records would settle them.")
        return found


def train(
    settings: Settings,
    *,
    out: Path | None = None,
    seed: int = 1,
    truth: Path | None = None,
    costs: Mapping[str, float] | None = None,
    refits: int = 0,
    report: Callable[[str], None] = lambda _: None,
) -> Trained:
    """Train the link model and write a new bundle.

    The parameters come only from the records; weights are calibrated to probabilities by the decisions in force and,
    where it is given, by a truth.

    Args:
        settings: the home.
        out: folder of bundles to write to; None for the deployment's, or Conjoin's own if there is none.
        seed: seed of the random sampling.
        truth: folder with a `record.csv` that tells each record's person.
        costs: what a false link costs in missed ones, by use (`strict`, `link`, `wide`, `review`), where not as usual.
        refits: train so many times again, to show that decisions agree.
        report: called with what has been done.

    Raises:
        ConfigurationError: the truth is not what it says, the records do not suffice, or the bundle is there already.
        NothingPublishedError: there is no warehouse yet.
        WarehouseBusyError: a run is writing to it.
    """
    deployment = Deployment.load(settings)
    folder = out or (settings.deployment / "bundles" if settings.deployment else deployment.bundles)
    try:
        with scratch(settings, own_folder(settings)) as con, Temporaries(con) as own:
            with reader(settings) as warehouse:
                records = warehouse.execute("FROM nominal.record").to_arrow_table()
                rulings = warehouse.execute("FROM linkage.decision").to_arrow_table()
            con.execute("CREATE TABLE record AS FROM records")
            con.execute("CREATE TABLE decision AS FROM rulings")
            people = read_people(own, truth, "record") if truth else None
            report(f"read {counted(records.num_rows, 'nominal record')}")
            bundle = nominal.train(
                con,
                "record",
                seed=seed,
                costs={**nominal.FALSE_LINK_COSTS, **costs} if costs else None,
                labels=nominal.Labels("decision" if rulings.num_rows else None, people),
                refits=refits,
            )
        report("trained")
        written = folder / bundle.version
        if written.exists():
            raise ConfigurationError(
                f"{written} exists already: the same records and seed give the same bundle; nothing was changed."
            )
        bundle.save(written)
        in_use = nominal.latest(Deployment.load(settings).bundles)
    except nominal.ModelError as error:
        raise ConfigurationError(str(error)) from None
    return Trained(bundle, written, in_use, records.num_rows)
