"""`conjoin evaluate`: the published links and gaps against a truth that no pipeline asset reads, or without one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.options import HomeOption, JsonOption, print_json
from pipelines.cli.truth import read_people, view_of_file
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def evaluate(
    home: HomeOption = None,
    truth: Annotated[
        Path | None,
        typer.Option("--truth", help="Folder with record.csv and gap.csv (default: beside the sample's deliveries)."),
    ] = None,
    no_truth: Annotated[
        bool, typer.Option("--no-truth", help="Estimate from the weights, and look for the implausible, instead.")
    ] = False,
    charts: Annotated[
        Path | None, typer.Option("--charts", help="Folder, made where missing, to write SVG and PNG charts to.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the published links and gaps against the truth.

    The measures come with intervals; where there is no truth they are estimated.

    Example: conjoin evaluate --charts charts

    Example: conjoin evaluate --no-truth --json
    """
    from linkage_models import evaluate as quality_of
    from linkage_models.evaluate import charts as drawn
    from linkage_models.evaluate.reliability import weight_bins
    from linkage_models.relations import literal
    from pipelines.cli.snapshot import joint_snapshot, open_snapshot
    from pipelines.deployment import Deployment
    from pipelines.settings import Settings
    from pipelines.warehouse.database import reader

    if truth and no_truth:
        raise ConfigurationError("--truth and --no-truth contradict each other; give one of them.")
    settings = Settings.load(home)
    with open_snapshot(settings):  # for its error where nothing has been published
        pass
    folder = truth or settings.deliveries.parent / "truth" / settings.deliveries.name
    if truth and not (folder / "record.csv").is_file():
        raise ConfigurationError(f"{folder} holds no record.csv; name the folder of the truth with --truth.")
    if charts and charts.exists() and not charts.is_dir():
        raise ConfigurationError(f"{charts} is not a folder; name a folder with --charts.")
    bundle = Deployment.load(settings).bundle()
    with reader(settings) as con:
        con.execute(f"ATTACH {literal(str(joint_snapshot(settings)))} AS snapshot (READ_ONLY)")
        con.execute("""
            CREATE TEMP VIEW predicted AS
                SELECT record_key, source_system, subject_id FROM snapshot.linked.subject_record;
            CREATE TEMP VIEW edge AS SELECT * FROM snapshot.linked.link WHERE match_weight IS NOT NULL;
        """)
        pictures: dict[str, Any] = {"match-weights": drawn.match_weights_chart(bundle.model)}
        if no_truth or not (folder / "record.csv").is_file():
            con.execute("CREATE TEMP VIEW published AS SELECT * FROM snapshot.linked.subject")
            found = quality_of.estimate(con, links="edge", subjects="published", calibration=bundle.calibration)
            checks = quality_of.implausible(con, linked="snapshot.linked", records="nominal.record")
            report, text = quality_of.estimate_as_dict(found, checks), quality_of.render_estimate(found, checks)
        else:
            _read_truth(con, folder)
            links = quality_of.quality(con, predicted="predicted", truth="truth")
            causes = quality_of.missed(
                con,
                predicted="predicted",
                truth="truth",
                edges="edge",
                link_threshold=bundle.thresholds.link,
                records="nominal.record",
            )
            rules = quality_of.recall_by_rule(con, predicted="predicted", truth="truth", records="nominal.record")
            gaps = quality_of.gap_quality(
                con, findings="finding", truth_gaps="truth_gap", predicted="predicted", truth="truth"
            )
            (today,) = con.execute("SELECT max(as_of)::DATE FROM snapshot.linked.run").fetchone() or (None,)
            groups = quality_of.recall_by_group(
                con,
                predicted="predicted",
                truth="truth",
                records="nominal.record",
                today=today,
                origins=_origins(con, folder),
            )
            disparity = quality_of.largest_disparity(groups)
            report = {
                **quality_of.as_dict(links, causes, gaps),
                "blocking_rules": [asdict(rule) for rule in rules],
                "groups": [asdict(group) for group in groups],
                "largest_disparity": asdict(disparity) if disparity else None,
            }
            text = "".join(
                (
                    quality_of.render(links, causes, gaps),
                    quality_of.render_groups(groups),
                    quality_of.render_rules(rules),
                )
            )
            pictures["recall-by-blocking-rule"] = drawn.blocking_chart(rules)
            bins = weight_bins(con, predicted="predicted", truth="truth", edges="edge")
            pictures |= {"reliability": drawn.reliability_chart(bins), "weights": drawn.weights_chart(bins)}
    if charts:
        charts.mkdir(parents=True, exist_ok=True)
        for name, chart in pictures.items():
            drawn.save(chart, charts / name)
    if as_json:
        print_json(report)
        return
    typer.echo(text)


def _read_truth(con: DuckDBPyConnection, folder: Path) -> None:
    """Make views of the truth, refusing one that cannot be what it says.

    Raises:
        ConfigurationError: a file or column is missing, a record is there twice, or none of the records is known.
    """
    read_people(con, folder, "predicted")
    view_of_file(con, folder, "gap.csv")
    con.execute("""
        CREATE TEMP VIEW finding AS
            SELECT rule_id, subject_id, held_by, expected_in, matter FROM snapshot.linked.information_gap
            WHERE status = 'open';
        -- A rule that finds one thing only tells no matters apart.
        CREATE TEMP VIEW truth_gap AS SELECT * REPLACE (planted::BOOLEAN AS planted),
            CASE WHEN rule_id IN (SELECT rule_id FROM finding WHERE matter <> '') THEN detail ELSE '' END AS matter
            FROM gap_file;
    """)


def _origins(con: DuckDBPyConnection, folder: Path) -> str | None:
    """Make a view of each person's name origin where the truth tells it, as the sample's does, and return its name."""
    from linkage_models.relations import literal

    file = folder.parent / "person.csv"
    if not file.is_file():
        return None
    source = f"read_csv({literal(str(file))}, header = true, all_varchar = true)"
    held = {column for column, *_ in con.execute(f"DESCRIBE FROM {source}").fetchall()}
    if not {"person_id", "name_origin"} <= held:
        return None
    con.execute(f"CREATE TEMP VIEW origin AS SELECT person_id, name_origin FROM {source} WHERE name_origin IS NOT NULL")
    return "origin"
