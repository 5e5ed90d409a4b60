"""What a night prints at its end: its figures, what to type next, and the exit status of the command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from linkage_models.words import counted
from pipelines.cli.hints import typed
from pipelines.cli.tables import print_table
from pipelines.publish import Audience, default_audience
from pipelines.settings import Settings
from pipelines.terminal import console

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from pipelines.nightly_run import NightlyRun

HELD_BACK = 3
"""Exit status if a source's newest delivery is not in what was published."""


def print_summary(summary: dict[str, Any], warnings: Sequence[str]) -> None:
    """Print the figures as a person reads them, and what the run's checks warn of."""
    drawn = console()
    if summary["audience"] is None:
        _print_warnings(drawn, warnings)
        said = "Published for every audience. None of them is the default: name one with --audience for its figures."
        drawn.print(said, soft_wrap=True, highlight=False)
        return
    columns = ("source_system", "read", "accepted", "quarantined", "records")
    print_table(
        ("source system", "rows read", "accepted", "quarantined", "nominal records"),
        ([row[name] for name in columns] for row in summary["sources"]),
    )
    subjects = summary["subjects"]
    services = subjects["services"]
    across = f"{subjects['in_all_services']:,} across {_listed(services)}, " if len(services) > 1 else ""
    drawn.print(
        f"{counted(subjects['records'], 'nominal record is', 'nominal records are')} "
        f"{counted(subjects['subjects'], 'subject')}: "
        f"{subjects['in_several_systems']:,} in more than one system, {across}"
        f"{subjects['flagged_for_review']:,} flagged for review; "
        f"{counted(subjects['near_misses'], 'near miss', 'near misses')}.",
        soft_wrap=True, highlight=False,
    )  # fmt: skip
    changes = summary["changes"]
    if changes["runs"] > 1:
        drawn.print(
            f"This run: {counted(changes['created'], 'subject')} created, {changes['merged']:,} merged, "
            f"{changes['split']:,} split, {changes['retired']:,} retired; "
            f"{counted(changes['gaps_opened'] or 0, 'gap')} opened, {changes['gaps_closed'] or 0:,} closed.",
            soft_wrap=True, highlight=False,
        )  # fmt: skip
    _print_warnings(drawn, warnings)
    gaps = ", ".join(f"{row['open']:,} {row['severity']}" for row in summary["gaps"]) or "none"
    drawn.print(f"Open information gaps: {gaps}.", soft_wrap=True, highlight=False)
    for row in summary["examples"]:
        due = f" (due {row['due_date']})" if row["due_date"] else ""
        text = f"  {row['rule_id']} {row['severity']}, subject {row['subject_id']}{due}: {row['sentence']}"
        drawn.print(text, soft_wrap=True, highlight=False, markup=False)


def _print_warnings(drawn: Console, warnings: Sequence[str]) -> None:
    for warning in warnings:
        drawn.print(f"Warning: {warning}.", soft_wrap=True, highlight=False, markup=False)


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]])


def print_next_steps(
    settings: Settings,
    summary: dict[str, Any],
    audiences: Mapping[str, Audience],
    *,
    next_night: int | None,
    sample: Path | None,
) -> None:
    """Print what to type next."""
    examples = summary.get("examples") or [{"subject_id": "SUBJECT"}]
    example = examples[0]["subject_id"]
    usual = default_audience(audiences)
    of_whom = () if usual and usual.name == summary["audience"] else ("--audience", summary["audience"] or "NAME")
    # A command without --home looks where CONJOIN_HOME or the default says.
    home = ("--home", settings.home) if settings.home != Settings.load().home else ()
    steps = [
        (typed("explain", example, *of_whom, *home), "why these records are one person"),
        (typed("evaluate", *of_whom, *home), "links and gaps against the sample's truth"),
    ]
    if next_night:
        of = ("--sample", sample) if sample else ()
        steps.append((typed("demo", "--night", next_night, *of, *home), "the next night's deliveries"))
    steps.append((typed("ui", *home), "the same run in the Dagster UI"))
    file = summary.get("snapshot", settings.published / "NAME" / "current.duckdb")
    width = max(len(step) for step, _ in steps)
    drawn = console()
    lines = (
        "",
        "Next:",
        *(f"  {step:{width}}  {purpose}" for step, purpose in steps),
        f"  or SQL, with any DuckDB client, on {file}",
    )
    for line in lines:
        drawn.print(line, soft_wrap=True, highlight=False, markup=False)


def end_with(night: NightlyRun) -> None:
    """If a source's newest delivery is held back, say which and why, and end the command with a status of its own."""
    for sentence in night.held_back:
        typer.echo(f"conjoin: Published without the newest delivery of {sentence}", err=True)
    if night.held_back:
        raise typer.Exit(HELD_BACK)
