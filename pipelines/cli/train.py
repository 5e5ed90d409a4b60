"""`conjoin train`: a model bundle from the warehouse's own nominal records."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import HomeOption, JsonOption, print_json
from pipelines.errors import ConfigurationError


def train(
    home: HomeOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder of bundles to write to (default: the deployment's; without one, Conjoin's own)."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the random sampling.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Train the link model on the nominal records in the warehouse and write a new bundle.

    Reads no truth and no decision: the parameters come from the records alone. A run uses the bundle that was written
    last to its deployment's folder of bundles.

    Example: conjoin train --out deployment/bundles
    """
    from linkage_models import nominal
    from pipelines.cli.progress import step_reporter
    from pipelines.deployment import Deployment
    from pipelines.settings import Settings
    from pipelines.warehouse.database import reader, scratch

    settings = Settings.load(home)
    deployment = Deployment.load(settings)
    folder = out or (settings.deployment / "bundles" if settings.deployment else deployment.bundles)
    try:
        with step_reporter(quiet=as_json) as report:
            with scratch(settings, settings.home / "spill") as con:
                with reader(settings) as warehouse:
                    records = warehouse.execute("FROM nominal.record").to_arrow_table()
                con.execute("CREATE TABLE record AS FROM records")
                report(f"read {records.num_rows:,} nominal records")
                bundle = nominal.train(con, "record", seed=seed)
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
    if as_json:
        print_json({"bundle": bundle.version, "folder": str(written), "records": records.num_rows})
        return
    used = "the next run uses it" if in_use == written else f"runs of this deployment use {in_use}"
    typer.echo(f"Wrote the bundle {bundle.version} to {written}; {used}. Its card: {written / 'card.md'}")
