"""Public sets linked by the product and by bare Splink scripts, and which of the two is more accurate."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from pipelines.bench.accuracy_runs import VARIANTS, link_with_product, link_with_script
from pipelines.bench.public_sets import PublicSet, chosen, prepare
from pipelines.errors import ConfigurationError

TIE = 1e-4
"""Pairwise F1 this close is a tie: fewer than one link of FEBRL 4's 5,000."""


def measure_accuracy(
    names: Iterable[str], people: int | None, keep: Path | None, report: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Link public sets as deployments of their own, beside bare Splink scripts on the same files.

    Args:
        names: the sets; none means all of them.
        people: link the records of so many people only; None for all.
        keep: new folder to keep deployments, homes and truths in; None keeps nothing.
        report: called with what has been done.

    Returns:
        What is known of each set, as `result` gives it.

    Raises:
        ConfigurationError: there is no such set, its package is not installed, or the folder exists.
        CheckFailedError: a command or a script failed.
    """
    wanted = chosen(names)
    if keep is not None and keep.exists():
        raise ConfigurationError(f"{keep} exists already; name a new folder with --keep.")
    place = nullcontext(str(keep)) if keep else tempfile.TemporaryDirectory(prefix="conjoin-bench-")
    results = []
    with place as folder:
        for public_set in wanted:
            made = prepare(public_set, Path(folder).resolve() / public_set.name, people)
            product = link_with_product(public_set, made, report)
            rivals = {}
            for variant in VARIANTS:
                rivals[variant] = link_with_script(variant, made)
                report(f"{public_set.title}: bare Splink, {variant}")
            results.append(result(public_set, made.records, product, rivals))
    return results


def result(
    public_set: PublicSet, records: int, product: dict[str, Any], rivals: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """Return a set's result: both sides' figures, the limit, and the verdict on the product beside the script."""
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
    for result in results:
        f1 = f"{result['title']}: pairwise F1 {result['product']['f1']:.5f}"
        if not result["limit_held"]:
            clauses.append(f"{f1} is below its limit {result['limit']}")
        if result["verdict"] == "loses":
            clauses.append(f"{f1} loses to the bare script's {result['rivals']['documented']['f1']:.5f}")
    return clauses
