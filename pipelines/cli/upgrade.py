"""`conjoin upgrade`: the warehouse of an earlier version of Conjoin, brought to the present format."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from pipelines.cli.options import HomeOption, JsonOption, print_json


def upgrade(
    home: HomeOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Upgrade a warehouse that an earlier version wrote.

    It is kept as it was beside the new one. The next run does the same by itself. All ids, decisions, gaps and
    histories stay.

    Example: conjoin upgrade --dry-run
    """
    from pipelines.formats import FORMAT
    from pipelines.settings import Settings
    from pipelines.warehouse.database import must_exist
    from pipelines.warehouse.lock import DECISION_SECONDS, reading, run_lock
    from pipelines.warehouse.upgrade import plan
    from pipelines.warehouse.upgrade import upgrade as take_steps

    settings = Settings.load(home)
    must_exist(settings)
    if dry_run:
        with reading(settings):
            done = plan(settings)
    else:
        with run_lock(settings, DECISION_SECONDS):
            done = take_steps(settings, by=getpass.getuser())
    names = [step.path.stem for step in done.steps]
    if as_json:
        print_json(
            {
                "warehouse": settings.warehouse,
                "format": done.number,
                "present_format": FORMAT,
                "steps": names,
                "kept": done.kept,
                "upgraded": bool(names) and not dry_run,
            }
        )
        return
    if not names:
        typer.echo(f"{settings.warehouse} is of format {FORMAT}, the present one: there is nothing to upgrade.")
        return
    was, kept = ("would be", "would be kept") if dry_run else ("was", "is kept")
    typer.echo(
        f"{settings.warehouse}, of format {done.number}, {was} brought to format {FORMAT} (steps: {', '.join(names)})."
    )
    typer.echo(f"As it is now, it {kept} in {done.kept}." if done.kept else "It holds nothing yet, so nothing is kept.")
