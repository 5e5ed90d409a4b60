"""`conjoin bench`: Conjoin beside bare scripts on the same data, as ratios of one run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.options import JsonOption, print_json
from pipelines.errors import CheckFailedError
from pipelines.terminal import console

app = typer.Typer(
    help="Measure Conjoin beside bare scripts on the same data.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

CAUSES = {
    "unlinkable": "unlinkable",
    "never_compared": "never compared",
    "below_review": "below review",
    "below_threshold": "below link",
    "by_resolution": "kept apart",
}
"""Causes of missed links, as `conjoin evaluate` counts them, and their headings."""


@app.command()
def night(
    people: Annotated[int, typer.Option("--people", min=500, help="People in the generated population.")] = 20000,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the generated population.")] = 7,
    as_json: JsonOption = False,
) -> None:
    """Measure three nights, and a bare Splink script.

    The nights are a full one, an unchanged one and one with 1 % changed; the script links the same records. Times on
    shared machines vary; the ratios of one run are what counts.

    Example: conjoin bench night --people 500000
    """
    from pipelines.bench.night import measure_nights
    from pipelines.cli.progress import step_reporter

    with step_reporter(quiet=as_json) as report:
        results = measure_nights(people, seed, report)
    if as_json:
        print_json(results)
        return
    typer.echo(
        f"{results['records']:,} nominal records of {people:,} people, generated in {results['generate_seconds']} s"
    )
    for name in ("full", "unchanged", "changed", "bare_splink"):
        typer.echo(f"  {name:12} {results[name]['seconds']:8.1f} s  peak {results[name]['peak_mb']:,} MB")
    for name, seconds in sorted(results["stages"].items(), key=lambda stage: -stage[1]):
        typer.echo(f"    {name:20} {seconds:8.1f} s")
    for name, ratio in results["ratios"].items():
        typer.echo(f"  {name}: {ratio}")


@app.command()
def extract(
    rows: Annotated[int, typer.Option("--rows", min=1000, help="Rows of the table, of 10 columns.")] = 1_000_000,
    repeats: Annotated[int, typer.Option("--repeats", min=1, help="How often each is measured; medians count.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Measure landing a PostgreSQL table, and a bare script.

    The script writes the same table to Parquet with connectorx. Both are processes of their own, one after the other.
    The ratio is of the work itself; beside it stands that of the whole processes with their imports, which a night pays
    once for all sources.

    Example: conjoin bench extract --rows 1000000
    """
    from pipelines.bench.extract import measure_extract
    from pipelines.cli.progress import step_reporter

    with step_reporter(quiet=as_json) as report:
        results = measure_extract(rows, repeats, report)
    if as_json:
        print_json(results)
        return
    for name in ("bare_connectorx", "landed"):
        figures = results[name]
        typer.echo(
            f"  {name:16} {figures['seconds']:6.2f} s (process {figures['process_seconds']:.2f} s)"
            f"  peak {figures['peak_mb']:,} MB"
        )
    typer.echo(f"  landed / bare connectorx: {results['ratio']} (processes: {results['ratio_of_processes']})")


@app.command()
def accuracy(
    sets: Annotated[
        list[str] | None,
        typer.Option("--sets", help="febrl3, febrl4, febrl3-no-number, febrl4-no-number; repeatable (default: all)."),
    ] = None,
    people: Annotated[
        int | None,
        typer.Option("--people", min=10, help="Link the records of so many people only; then nothing is judged."),
    ] = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="New folder to keep deployments, homes and truths in, to look into.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Link the public sets FEBRL 3 and 4, beside bare scripts.

    The sets are a deployment of their own; the scripts use Splink on the same files. Each set is taken in, trained on
    and linked by `conjoin run`, `train` and `run`, which see no truth, and then measured by `conjoin evaluate`. The
    scripts get the threshold that is best by the truth. Ends with status 1 if the product misses a limit or loses to
    the script that Splink's own examples show.

    Example: conjoin bench accuracy

    Example: conjoin bench accuracy --sets febrl3-no-number --keep build/febrl
    """
    from pipelines.bench.accuracy import measure_accuracy, shortfalls
    from pipelines.cli.progress import step_reporter

    with step_reporter(quiet=as_json) as report:
        results = measure_accuracy(sets or [], people, keep, report)
    if as_json:
        print_json({"people": people, "sets": results})
    else:
        _print_accuracy(results, judged=people is None)
    if people is None and (failures := shortfalls(results)):
        raise CheckFailedError(f"{'; '.join(failures)}.")


def _print_accuracy(results: list[dict[str, Any]], *, judged: bool) -> None:
    from rich import box
    from rich.table import Table

    drawn = console(width=110)
    figures = Table(title="Links, and F1 of the bare scripts", box=box.SIMPLE, title_justify="left")
    wrong = Table(title="Wrong links, and why they were missed", box=box.SIMPLE, title_justify="left")
    for table, headings in (
        (figures, ("precision", "recall", "F1", "limit", "documented", "tuned", "the product")),
        (wrong, ("false", "missed", *CAUSES.values())),
    ):
        table.add_column("set", no_wrap=True)
        for heading in headings:
            table.add_column(heading, justify="right", no_wrap=True)
    for result in results:
        product, rivals = result["product"], result["rivals"]
        figures.add_row(
            result["title"],
            *(f"{product[name]:.5f}" for name in ("precision", "recall", "f1")),
            f"{result['limit']:.4f} {'held' if result['limit_held'] else 'MISSED'}" if judged else "-",
            *(f"{rival['f1']:.5f}" for rival in rivals.values()),
            result["verdict"],
        )
        counts = (product["false_links"], product["missed_links"], *(product["missed"][cause] for cause in CAUSES))
        wrong.add_row(result["title"], *(f"{count:,}" for count in counts))
    drawn.print(figures)
    drawn.print(wrong)
