"""`conjoin bench accuracy`: public sets linked by the product and by bare Splink scripts, against their truth."""

from __future__ import annotations

import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.bench.accuracy_sets import SETS, PublicSet
from pipelines.cli.options import JsonOption, print_json
from pipelines.errors import CheckFailedError

TIE = 1e-4
"""Pairwise F1 this close is a tie: fewer than one link of FEBRL 4's 5,000."""

CAUSES = {
    "unlinkable": "unlinkable",
    "never_compared": "never compared",
    "below_review": "below review",
    "below_threshold": "below link",
    "by_resolution": "kept apart",
}
"""Causes of missed links, as `conjoin evaluate` counts them, and their headings."""


def accuracy(
    sets: Annotated[
        list[str] | None,
        typer.Option("--sets", help=f"One of {', '.join(one.name for one in SETS)}; may be repeated (default: all)."),
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
    scripts get the threshold that is best by the truth. Ends with status 1 where the product misses a limit or loses to
    the script that Splink's own examples show.

    Example: conjoin bench accuracy

    Example: conjoin bench accuracy --sets febrl3-no-number --keep build/febrl
    """
    from pipelines.cli.bench.accuracy_runs import VARIANTS, link_with_product, link_with_script
    from pipelines.cli.bench.accuracy_sets import chosen, prepare
    from pipelines.cli.progress import step_reporter
    from pipelines.errors import ConfigurationError

    wanted = chosen(sets or [])
    if keep is not None and keep.exists():
        raise ConfigurationError(f"{keep} exists already; name a new folder with --keep.")
    place = nullcontext(str(keep)) if keep else tempfile.TemporaryDirectory(prefix="conjoin-bench-")
    results: list[dict[str, Any]] = []
    with place as folder, step_reporter(quiet=as_json) as report:
        for one in wanted:
            made = prepare(one, Path(folder).resolve() / one.name, people)
            product = link_with_product(one, made, report)
            rivals = {}
            for variant in VARIANTS:
                rivals[variant] = link_with_script(variant, made)
                report(f"{one.title}: bare Splink, {variant}")
            results.append(result(one, made.records, product, rivals))
    if as_json:
        print_json({"people": people, "sets": results})
    else:
        _print(results, judged=people is None)
    if people is None and (failures := shortfalls(results)):
        raise CheckFailedError(f"{'; '.join(failures)}.")


def result(
    public_set: PublicSet, records: int, product: dict[str, Any], rivals: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """Return what is known of a set: both sides' figures, the limit, and how the product does beside the script."""
    return {
        "set": public_set.name,
        "title": public_set.title,
        "records": records,
        "product": product,
        "rivals": rivals,
        "limit": public_set.limit,
        "limit_held": product["f1"] >= public_set.limit,
        "verdict": verdict(product["f1"], rivals["documented"]["f1"]),
    }


def verdict(ours: float, theirs: float) -> str:
    """Return `wins`, `ties` or `loses` for two values of F1."""
    if abs(ours - theirs) <= TIE:
        return "ties"
    return "wins" if ours > theirs else "loses"


def shortfalls(results: list[dict[str, Any]]) -> list[str]:
    """Return a clause for each limit missed and each set lost."""
    clauses = []
    for one in results:
        f1 = f"{one['title']}: pairwise F1 {one['product']['f1']:.5f}"
        if not one["limit_held"]:
            clauses.append(f"{f1} is below its limit {one['limit']}")
        if one["verdict"] == "loses":
            clauses.append(f"{f1} loses to the bare script's {one['rivals']['documented']['f1']:.5f}")
    return clauses


def _print(results: list[dict[str, Any]], *, judged: bool) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(width=110)
    figures = Table(title="Links, and F1 of the bare scripts", box=box.SIMPLE, title_justify="left")
    wrong = Table(title="Wrong links, and why they were missed", box=box.SIMPLE, title_justify="left")
    for table, headings in (
        (figures, ("precision", "recall", "F1", "limit", "documented", "tuned", "the product")),
        (wrong, ("false", "missed", *CAUSES.values())),
    ):
        table.add_column("set", no_wrap=True)
        for heading in headings:
            table.add_column(heading, justify="right", no_wrap=True)
    for one in results:
        product, rivals = one["product"], one["rivals"]
        figures.add_row(
            one["title"],
            *(f"{product[name]:.5f}" for name in ("precision", "recall", "f1")),
            f"{one['limit']:.4f} {'held' if one['limit_held'] else 'MISSED'}" if judged else "-",
            *(f"{rival['f1']:.5f}" for rival in rivals.values()),
            one["verdict"],
        )
        counts = (product["false_links"], product["missed_links"], *(product["missed"][cause] for cause in CAUSES))
        wrong.add_row(one["title"], *(f"{count:,}" for count in counts))
    console.print(figures)
    console.print(wrong)
