"""`conjoin evaluate`: the published links and gaps against a truth that no pipeline asset reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import HomeOption, JsonOption, print_json
from pipelines.errors import ConfigurationError


def evaluate(
    home: HomeOption = None,
    truth: Annotated[
        Path | None,
        typer.Option("--truth", help="Folder with record.csv and gap.csv (default: beside the sample's deliveries)."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the published links and gaps with the truth: precision, recall, F1 and B-cubed, overall and per pair.

    Example: conjoin evaluate --json
    """
    import duckdb

    from linkage_models import evaluate as quality_of
    from pipelines.cli.snapshot import joint_snapshot, open_snapshot
    from pipelines.deployment import Deployment
    from pipelines.settings import Settings
    from pipelines.warehouse.catalogue.table import literal

    settings = Settings.load(home)
    with open_snapshot(settings):  # for its error where nothing has been published
        pass
    folder = truth or settings.deliveries.parent / "truth" / settings.deliveries.name
    if not (folder / "record.csv").is_file():
        raise ConfigurationError(f"{folder} holds no record.csv; name the folder of the truth with --truth.")
    link = Deployment.load(settings).bundle().thresholds.link
    with duckdb.connect() as con:
        con.execute(f"ATTACH {literal(str(joint_snapshot(settings)))} AS snapshot (READ_ONLY)")
        con.execute(
            f"""
            CREATE VIEW predicted AS SELECT record_key, source_system, subject_id FROM snapshot.linked.subject_record;
            CREATE VIEW edge AS SELECT * FROM snapshot.linked.link WHERE match_weight IS NOT NULL;
            CREATE VIEW finding AS
                SELECT rule_id, subject_id, held_by, expected_in, matter FROM snapshot.linked.information_gap
                WHERE status = 'open';
            CREATE VIEW truth AS SELECT system || ':' || source_record_id AS record_key, person_id::VARCHAR AS person_id
                FROM read_csv({literal(str(folder / "record.csv"))}, header = true, all_varchar = true);
            -- A rule that finds one thing only tells no matters apart.
            CREATE VIEW truth_gap AS SELECT * REPLACE (planted::BOOLEAN AS planted),
                CASE WHEN rule_id IN (SELECT rule_id FROM finding WHERE matter <> '') THEN detail ELSE '' END AS matter
                FROM read_csv({literal(str(folder / "gap.csv"))}, header = true, all_varchar = true);
            """
        )
        links = quality_of.quality(con, predicted="predicted", truth="truth")
        causes = quality_of.missed(con, predicted="predicted", truth="truth", edges="edge", link_threshold=link)
        gaps = quality_of.gap_quality(
            con, findings="finding", truth_gaps="truth_gap", predicted="predicted", truth="truth"
        )
    if as_json:
        print_json(quality_of.as_dict(links, causes, gaps))
        return
    typer.echo(quality_of.render(links, causes, gaps))
