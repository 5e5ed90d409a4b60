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

EXPECTED = ("expected_precision", "expected_recall")
"""What a bundle says that its links will be, where it says so."""


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
        typer.Option("--sets", help="febrl3, febrl4, febrl3-no-number, febrl4-no-number; repeatable."),
    ] = None,
    world: Annotated[
        list[str] | None, typer.Option("--world", help="A world of `conjoin sample --world list`; repeatable.")
    ] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="Folder with sources/*.yaml, and deliveries and truth.csv in data/; repeatable."),
    ] = None,
    people: Annotated[
        int | None,
        typer.Option("--people", min=10, help="People of a world (default: 3000) or part of a public set, not judged."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the worlds.")] = 1,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="New folder to keep deployments, homes and truths in, to look into.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Link public sets, worlds and your own, beside bare scripts.

    Each set is a deployment of its own. It is taken in, trained on and linked by `conjoin run`, `train` and `run`,
    which see no truth, and then measured by `conjoin evaluate`. The scripts use Splink on the same records, and get the
    threshold that is best by the truth. Without --sets, --world or --data, all public sets and all worlds are linked.
    Ends with status 1 if the product misses a limit or loses to the bare script.

    Example: conjoin bench accuracy --sets febrl3-no-number --keep build/febrl

    Example: conjoin bench accuracy --world historical --world hostels --people 2000

    Example: conjoin bench accuracy --data my-set
    """
    from pipelines.bench.accuracy import measure_accuracy, sets_to_measure, shortfalls
    from pipelines.cli.progress import step_reporter

    chosen = sets_to_measure(sets or [], world or [], data or [], seed)
    with step_reporter(quiet=as_json) as report:
        results = measure_accuracy(chosen, people, keep, report)
    if as_json:
        print_json({"people": people, "seed": seed, "sets": results})
    else:
        _print_accuracy(results, judged=people is None)
    if people is None and (failures := shortfalls(results)):
        raise CheckFailedError(f"{'; '.join(failures)}.")


def _print_accuracy(results: list[dict[str, Any]], *, judged: bool) -> None:
    from rich import box
    from rich.table import Table

    drawn = console(width=110)
    figures = Table(
        title="Links at the product's own threshold, what it expected, and best F1 of its edges and of bare Splink",
        box=box.SIMPLE,
        title_justify="left",
    )
    wrong = Table(title="Wrong links, and why they were missed", box=box.SIMPLE, title_justify="left")
    headings = ("prec.", "recall", "F1", "exp. p.", "exp. r.", "best", "bare", "product", "s", "bare s")
    for table, titles in ((figures, headings), (wrong, ("false", "missed", *CAUSES.values()))):
        table.add_column("set", no_wrap=True)
        for heading in titles:
            table.add_column(heading, justify="right", no_wrap=True)
    for result in results:
        product, bare = result["product"], result["rivals"]["bare"]
        figures.add_row(
            result["title"],
            *(f"{product[name]:.4f}" for name in ("precision", "recall", "f1")),
            *("-" if product[name] is None else f"{product[name]:.4f}" for name in EXPECTED),
            f"{product['best']['f1']:.4f}",
            f"{bare['f1']:.4f}",
            result["verdict"],
            *(f"{side['seconds']:.0f}" for side in (product, bare)),
        )
        counts = (product["false_links"], product["missed_links"], *(product["missed"][cause] for cause in CAUSES))
        wrong.add_row(result["title"], *(f"{count:,}" for count in counts))
    drawn.print(figures)
    if any(result["limit"] for result in results):
        drawn.print(_limits(results, judged=judged))
    drawn.print(wrong)


def _limits(results: list[dict[str, Any]], *, judged: bool) -> Any:  # noqa: ANN401  # rich is loaded when it is drawn
    from rich import box
    from rich.table import Table

    table = Table(title="Limits, and F1 of the scripts for public sets", box=box.SIMPLE, title_justify="left")
    table.add_column("set", no_wrap=True)
    for heading in ("F1", "limit", "documented", "tuned"):
        table.add_column(heading, justify="right", no_wrap=True)
    for result in results:
        if result["limit"]:
            table.add_row(
                result["title"],
                f"{result['product']['f1']:.5f}",
                f"{result['limit']:.4f} {'held' if result['limit_held'] else 'MISSED'}" if judged else "-",
                *(f"{result['rivals'][name]['f1']:.5f}" for name in ("documented", "tuned")),
            )
    return table
