"""Sets linked by the product and by bare Splink scripts, and which of the two is more accurate."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from pipelines.bench.accuracy_runs import link_with_bare_splink, link_with_product, link_with_script
from pipelines.bench.measured_set import MeasuredSet
from pipelines.bench.public_sets import chosen
from pipelines.bench.world_sets import FolderSet, chosen_worlds
from pipelines.errors import ConfigurationError

TIE = 1e-4
"""Pairwise F1 this close is a tie: fewer than one link of FEBRL 4's 5,000."""

BARE = "bare"
"""The bare script for records of any kind."""


def sets_to_measure(
    public: Sequence[str], worlds: Sequence[str], folders: Sequence[Path], seed: int
) -> list[MeasuredSet]:
    """Return the sets that are named; all public ones and all worlds if none is.

    Args:
        public: names of public sets.
        worlds: names of worlds.
        folders: folders of sources, deliveries and truth.
        seed: seed of the worlds.

    Raises:
        ConfigurationError: there is no such public set or world, or two would have one folder.
    """
    every = not (public or worlds or folders)
    named: list[MeasuredSet] = []
    named += chosen(public) if public or every else []
    named += chosen_worlds(worlds, seed) if worlds or every else []
    named += [FolderSet(folder) for folder in folders]
    names = [measured.name for measured in named]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ConfigurationError(f"Two sets are called `{twice[0]}`; measure them one after the other.")
    return named


def measure_accuracy(
    sets: Sequence[MeasuredSet], people: int | None, keep: Path | None, report: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Link sets as deployments of their own, beside bare Splink scripts on the same records.

    Args:
        sets: the sets.
        people: how many people each has; None for as many as it has by itself.
        keep: new folder to keep deployments, homes and truths in; None keeps nothing.
        report: called with what has been done.

    Returns:
        What is known of each set, as `result` gives it.

    Raises:
        ConfigurationError: a set cannot be prepared, or the folder exists.
        CheckFailedError: a command or a script failed.
    """
    if keep is not None and keep.exists():
        raise ConfigurationError(f"{keep} exists already; name a new folder with --keep.")
    place = nullcontext(str(keep)) if keep else tempfile.TemporaryDirectory(prefix="conjoin-bench-")
    results = []
    with place as folder:
        for measured in sets:
            made = measured.prepare(Path(folder).resolve() / measured.name, people)
            product = link_with_product(measured, made, report)
            rivals = {}
            for variant in measured.variants:
                rivals[variant] = link_with_script(variant, made)
                report(f"{measured.title}: bare Splink, {variant}")
            rivals[BARE] = link_with_bare_splink(made)
            report(f"{measured.title}: bare Splink")
            results.append(result(measured, made.records, product, rivals))
    return results


def result(
    measured: MeasuredSet, records: int, product: dict[str, Any], rivals: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """Return a set's result: both sides' figures, the limit, and the verdict on the product beside the script.

    The script is the one that Splink's own documents show for the set, if they do.
    """
    held = None if measured.limit is None else product["f1"] >= measured.limit
    return {
        "set": measured.name,
        "title": measured.title,
        "records": records,
        "product": product,
        "rivals": rivals,
        "limit": measured.limit,
        "limit_held": held,
        "verdict": verdict(product["f1"], next(iter(rivals.values()))["f1"]),
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
        if result["limit_held"] is False:
            clauses.append(f"{f1} is below its limit {result['limit']}")
        if result["verdict"] == "loses":
            clauses.append(f"{f1} loses to the bare script's {next(iter(result['rivals'].values()))['f1']:.5f}")
    return clauses
