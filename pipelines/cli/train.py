"""`conjoin train`: a model bundle from the warehouse's own nominal records."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from linkage_models.words import counted
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
    truth: Annotated[
        Path | None,
        typer.Option("--truth", help="Folder with a record.csv that tells each record's person, to calibrate by."),
    ] = None,
    cost: Annotated[
        list[str] | None,
        typer.Option(
            "--cost", help="What a false link costs in missed ones, as USE=NUMBER: strict, link, wide, review."
        ),
    ] = None,
    refits: Annotated[
        int, typer.Option("--refits", min=0, max=20, help="Train so many times again, to show that decisions agree.")
    ] = 0,
    as_json: JsonOption = False,
) -> None:
    """Train the link model on the warehouse's nominal records.

    The result is a new bundle, which the next run of its deployment uses.

    The parameters come only from the records. Weights are calibrated to probabilities by the rulings of `conjoin
    decide` that are in force and, with --truth, by a truth. A run uses the bundle that was written last to its
    deployment's folder of bundles.

    Example: conjoin train --out deployment/bundles

    Example: conjoin train --cost link=999 --cost strict=99999 --refits 3
    """
    from pipelines import train as training
    from pipelines.cli.progress import step_reporter
    from pipelines.settings import Settings

    settings, costs = Settings.load(home), _costs(cost or [])
    with step_reporter(quiet=as_json) as report:
        trained = training.train(settings, out=out, seed=seed, truth=truth, costs=costs, refits=refits, report=report)
    bundle, written = trained.bundle, trained.folder
    if as_json:
        print_json(
            {
                "bundle": bundle.version,
                "folder": str(written),
                "records": trained.records,
                "labelled_pairs": bundle.calibration.pairs,
                "refits": bundle.recipe.get("refits"),
            }
        )
        return
    used = "the next run uses it" if trained.in_use == written else f"runs of this deployment use {trained.in_use}"
    typer.echo(f"Wrote the bundle {bundle.version} to {written}; {used}. Its card: {written / 'card.md'}")
    typer.echo(
        f"Calibrated by {counted(bundle.calibration.pairs, 'labelled pair')}."
        if bundle.calibration.pairs
        else "Not calibrated: no pair was labelled, so probabilities are likely too sure; see the card."
    )
    expected = bundle.recipe["expected"]
    typer.echo(
        f"At its link threshold of {bundle.thresholds.link:.1f} bits the model expects {expected['precision']:.1%} of "
        f"the links to be right, and to find {expected['recall']:.1%} of the pairs of one person; see the card."
    )
    for warning in trained.warnings:
        typer.echo(f"Warning: {warning}", err=True)


def _costs(given: list[str]) -> dict[str, float]:
    """Read costs as they were typed.

    Raises:
        ConfigurationError: one is no USE=NUMBER.
    """
    costs = {}
    for text in given:
        use, _, number = text.partition("=")
        try:
            costs[use.strip()] = float(number)
        except ValueError:
            raise ConfigurationError(f"--cost {text} is no USE=NUMBER; write for example --cost link=99.") from None
    return costs
