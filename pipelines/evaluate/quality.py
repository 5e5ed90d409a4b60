"""The quality of what is published: a report as data and in words, and its charts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkage_models import evaluate as quality_of
from linkage_models.evaluate import charts
from linkage_models.evaluate.reliability import weight_bins
from linkage_models.relations import Temporaries, literal, single_value
from pipelines.deployment import Deployment
from pipelines.errors import ConfigurationError
from pipelines.evaluate.truth import read_gaps, read_origins, read_people
from pipelines.publish import chosen_audience
from pipelines.publish.current import current_snapshot, open_snapshot
from pipelines.warehouse.damage import PUBLISH, undamaged
from pipelines.warehouse.database import reader

if TYPE_CHECKING:
    import altair as alt

    from linkage_models.nominal import Bundle
    from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What an evaluation found.

    Attributes:
        report: as plain values, for a script to read.
        text: in words.
        pictures: its charts by their names.
    """

    report: dict[str, Any]
    text: str
    pictures: dict[str, alt.Chart | alt.LayerChart]

    def draw(self, folder: Path) -> None:
        """Write each chart as SVG and PNG to a folder, which is made if it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, chart in self.pictures.items():
            charts.save(chart, folder / name)


def evaluate(
    settings: Settings, truth: Path | None = None, *, no_truth: bool = False, audience: str | None = None
) -> Evaluation:
    """Measure the published links and gaps against a truth, with intervals, or estimate them without one.

    Args:
        settings: the home.
        truth: folder with `record.csv` and `gap.csv`; None looks beside the deliveries, as the sample has it.
        no_truth: estimate from the weights, and look for the implausible, whether there is a truth or not.
        audience: whose snapshot is measured; None takes the deployment's default.

    Raises:
        ConfigurationError: the truth is not what it says it is, or there is no such audience.
        NothingPublishedError: no run has published yet.
        WarehouseBusyError: a run is writing to the warehouse.
        DamagedError: the file of the snapshot or of the warehouse is damaged.
        FormatError: a later version of Conjoin made one of them.
    """
    deployment = Deployment.load(settings)
    readers = chosen_audience(deployment.audiences, audience).name
    snapshot = current_snapshot(settings, readers)
    folder = truth or settings.deliveries.parent / "truth" / settings.deliveries.name
    known = (folder / "record.csv").is_file()
    if truth and not known:
        raise ConfigurationError(f"{folder} holds no record.csv; name the folder of the truth with --truth.")
    bundle = deployment.bundle
    with open_snapshot(settings, readers):
        pass  # Attaching it would not say that it is of a format not known here.
    with undamaged(snapshot, PUBLISH), reader(settings) as con, Temporaries(con) as own:
        con.execute(f"ATTACH {literal(str(snapshot))} AS snapshot (READ_ONLY)")
        own.view("predicted", "SELECT record_key, source_system, subject_id FROM snapshot.linked.subject_record")
        own.view("edge", "FROM snapshot.linked.link WHERE match_weight IS NOT NULL")
        found = _against(own, bundle, folder) if known and not no_truth else _estimated(own, bundle)
    found.pictures["match-weights"] = charts.match_weights_chart(bundle.model)
    return found


def _estimated(own: Temporaries, bundle: Bundle) -> Evaluation:
    own.view("published", "FROM snapshot.linked.subject")
    found = quality_of.estimate(own.con, links="edge", subjects="published", calibration=bundle.calibration)
    checks = quality_of.implausible(own.con, linked="snapshot.linked", records="nominal.record")
    return Evaluation(quality_of.estimate_as_dict(found, checks), quality_of.render_estimate(found, checks), {})


def _against(own: Temporaries, bundle: Bundle, folder: Path) -> Evaluation:
    """Measure against the truth in a folder.

    Raises:
        ConfigurationError: a file or column is missing, a record is there twice, or none of the records is known.
    """
    con = own.con
    read_people(own, folder, "predicted")
    own.view(
        "finding",
        "SELECT rule_id, subject_id, held_by, expected_in, matter FROM snapshot.linked.information_gap "
        "WHERE status = 'open'",
    )
    read_gaps(own, folder, "finding")
    sides = {"predicted": "predicted", "truth": "truth"}
    links = quality_of.quality(con, **sides)
    causes = quality_of.missed(
        con,
        **sides,
        edges="edge",
        link_threshold=bundle.thresholds.link,
        records="nominal.record",
        rules=bundle.rules,
        kinds=bundle.kinds,
    )
    rules = quality_of.recall_by_rule(
        con,
        predicted="predicted",
        truth="truth",
        records="nominal.record",
        rules=bundle.rules,
        kinds=bundle.kinds,
    )
    gaps = quality_of.gap_quality(con, findings="finding", truth_gaps="truth_gap", **sides)
    groups = quality_of.recall_by_group(
        con,
        **sides,
        records="nominal.record",
        today=single_value(con, "SELECT max(as_of)::DATE FROM snapshot.linked.run"),
        origins=read_origins(own, folder),
    )
    disparity = quality_of.largest_disparity(groups)
    bins = weight_bins(con, **sides, edges="edge")
    return Evaluation(
        report={
            **quality_of.as_dict(links, causes, gaps),
            "blocking_rules": [asdict(rule) for rule in rules],
            "groups": [asdict(group) for group in groups],
            "largest_disparity": asdict(disparity) if disparity else None,
        },
        text=quality_of.render(links, causes, gaps) + quality_of.render_groups(groups) + quality_of.render_rules(rules),
        pictures={
            "recall-by-blocking-rule": charts.blocking_chart(rules),
            "reliability": charts.reliability_chart(bins),
            "weights": charts.weights_chart(bins),
        },
    )
