"""The summary of a night: what was read, linked and missing, every figure from SQL on the published snapshot."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from linkage_models.words import counted
from pipelines.cli.options import rows_of
from pipelines.cli.snapshot import joint_snapshot, open_snapshot
from pipelines.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipelines.nightly_run import Night

HELD_BACK = 3
"""Exit status where a source's newest delivery is not in what was published."""

SOURCES = """
SELECT source_system, sum(rows_extracted)::BIGINT AS read, sum(rows_accepted)::BIGINT AS accepted,
       sum(rows_quarantined)::BIGINT AS quarantined,
       (SELECT count(*) FROM linked.subject_record r WHERE r.source_system = l.source_system) AS records
FROM linked.source_load l GROUP BY source_system ORDER BY source_system
"""

SUBJECTS = """
SELECT count(*) AS subjects, coalesce(sum(record_count), 0)::BIGINT AS records,
       count(*) FILTER (len(source_systems) > 1) AS in_several_systems,
       count(*) FILTER (list_has_all(services, ['police', 'prison', 'probation'])) AS police_prison_and_probation,
       count(*) FILTER (len(review_flags) > 0) AS flagged_for_review
FROM linked.subject
"""

GAPS = """
SELECT severity, count(*) AS open FROM linked.information_gap WHERE status = 'open'
GROUP BY severity ORDER BY list_position(['critical', 'high', 'medium'], severity)
"""

# One example a rule, the most urgent first, so that three examples are three kinds of gap.
EXAMPLES = """
SELECT rule_id, severity, subject_id, sentence, due_date::VARCHAR AS due_date
FROM linked.information_gap WHERE status = 'open' AND cause = 'not_held'
QUALIFY row_number() OVER (PARTITION BY rule_id ORDER BY confidence DESC, gap_id) = 1
ORDER BY list_position(['critical', 'high', 'medium'], severity), confidence DESC, rule_id LIMIT 3
"""


NEAR_MISSES = """
SELECT count(*) AS near_misses FROM linked.link WHERE relation = 'near_miss'
"""

# What the latest run changed; that a first run has made everything is no news.
CHANGES = """
WITH latest AS (
    SELECT run_id, counts FROM linked.run ORDER BY started_at DESC, run_id LIMIT 1
)
SELECT (SELECT count(*) FROM linked.run) AS runs,
       count(*) FILTER (kind = 'created') AS created, count(*) FILTER (kind = 'merged') AS merged,
       count(*) FILTER (kind = 'split') AS split, count(*) FILTER (kind = 'retired') AS retired,
       any_value((latest.counts ->> 'gaps_opened')::BIGINT) AS gaps_opened,
       any_value((latest.counts ->> 'gaps_closed')::BIGINT) AS gaps_closed
FROM latest LEFT JOIN linked.subject_event USING (run_id)
"""


def summarise(settings: Settings) -> dict[str, Any]:
    """Return the figures of the joint snapshot: sources, subjects, open gaps by severity, three example gaps."""
    with open_snapshot(settings) as con:
        return {
            "snapshot": str(joint_snapshot(settings)),
            "sources": rows_of(con, SOURCES),
            "subjects": rows_of(con, SUBJECTS)[0] | rows_of(con, NEAR_MISSES)[0],
            "changes": rows_of(con, CHANGES)[0],
            "gaps": rows_of(con, GAPS),
            "examples": rows_of(con, EXAMPLES),
        }


def print_summary(summary: dict[str, Any], warnings: Sequence[str]) -> None:
    """Print the figures as a person reads them, and what the run's checks warn of."""
    console = Console()
    table = Table("source system", *("rows read", "accepted", "quarantined", "nominal records"), box=box.SIMPLE)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in summary["sources"]:
        table.add_row(
            row["source_system"], *(f"{row[name]:,}" for name in ("read", "accepted", "quarantined", "records"))
        )
    console.print(table)
    subjects = summary["subjects"]
    console.print(
        f"{counted(subjects['records'], 'nominal record is', 'nominal records are')} "
        f"{counted(subjects['subjects'], 'subject')}: "
        f"{subjects['in_several_systems']:,} in more than one system, "
        f"{subjects['police_prison_and_probation']:,} across police, prison and probation, "
        f"{subjects['flagged_for_review']:,} flagged for review; "
        f"{counted(subjects['near_misses'], 'near miss', 'near misses')}.",
        soft_wrap=True, highlight=False,
    )  # fmt: skip
    changes = summary["changes"]
    if changes["runs"] > 1:
        console.print(
            f"This run: {counted(changes['created'], 'subject')} created, {changes['merged']:,} merged, "
            f"{changes['split']:,} split, {changes['retired']:,} retired; "
            f"{counted(changes['gaps_opened'] or 0, 'gap')} opened, {changes['gaps_closed'] or 0:,} closed.",
            soft_wrap=True, highlight=False,
        )  # fmt: skip
    for warning in warnings:
        console.print(f"Warning: {warning}.", soft_wrap=True, highlight=False, markup=False)
    gaps = ", ".join(f"{row['open']:,} {row['severity']}" for row in summary["gaps"]) or "none"
    console.print(f"Open information gaps: {gaps}.", soft_wrap=True, highlight=False)
    for row in summary["examples"]:
        due = f" (due {row['due_date']})" if row["due_date"] else ""
        text = f"  {row['rule_id']} {row['severity']}, subject {row['subject_id']}{due}: {row['sentence']}"
        console.print(text, soft_wrap=True, highlight=False, markup=False)


def print_next_steps(
    settings: Settings, summary: dict[str, Any], *, next_night: int | None, sample: Path | None
) -> None:
    """Print what to type next, as it can be typed here."""
    example = summary["examples"][0]["subject_id"] if summary["examples"] else "SUBJECT"
    conjoin = "conjoin" if shutil.which("conjoin") else os.path.relpath(sys.argv[0])
    # `make ui`, like a command without --home, looks where CONJOIN_HOME or the default says.
    elsewhere = settings.home != Settings.load().home
    home = f" --home {settings.home}" if elsewhere else ""
    steps = [
        (f"{conjoin} explain {example}{home}", "why these records are one person"),
        (f"{conjoin} evaluate{home}", "links and gaps against the sample's truth"),
    ]
    if next_night:
        of = f" --sample {sample}" if sample else ""
        steps.append((f"{conjoin} demo --night {next_night}{of}{home}", "the next night's deliveries"))
    steps.append((f"{f'CONJOIN_HOME={settings.home} ' if elsewhere else ''}make ui", "the same run in the Dagster UI"))
    width = max(len(command) for command, _ in steps)
    console = Console()
    lines = (
        "",
        "Next:",
        *(f"  {command:{width}}  {purpose}" for command, purpose in steps),
        f"  or SQL, with any DuckDB client, on {joint_snapshot(settings)}",
    )
    for line in lines:
        console.print(line, soft_wrap=True, highlight=False, markup=False)


def end_with(night: Night) -> None:
    """End the command with a status of its own where a source's newest delivery is held back, saying which and why."""
    for sentence in night.held_back:
        typer.echo(f"conjoin: Published without the newest delivery of {sentence}", err=True)
    if night.held_back:
        raise typer.Exit(HELD_BACK)
