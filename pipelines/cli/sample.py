"""`conjoin sample`: synthetic source systems to try Conjoin on."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date as calendar_date
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import JsonOption, print_json
from pipelines.errors import ConfigurationError


def sample(
    out: Annotated[Path, typer.Option("--out", help="Folder to write; it must not exist or be empty.")],
    people: Annotated[int, typer.Option("--people", min=10, help="People in the population.")] = 3000,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")] = 1,
    nights: Annotated[int, typer.Option("--nights", min=1, help="Nights of deliveries.")] = 1,
    date: Annotated[str, typer.Option("--date", help="Date of night 1, as YYYY-MM-DD.")] = "2026-03-02",
    as_json: JsonOption = False,
) -> None:
    """Write seven synthetic source systems, each in the form it would really deliver, and the truth beside them.

    Example: conjoin sample --people 20000 --seed 7 --nights 2 --out /tmp/sample
    """
    import sample_data
    from pipelines.cli.progress import step_reporter
    from pipelines.errors import storage_errors

    try:
        start = calendar_date.fromisoformat(date)
    except ValueError:
        raise ConfigurationError("The value of --date is not a date; write it as YYYY-MM-DD.") from None
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigurationError(f"{out} exists already and is not an empty folder; name another with --out.")
    with storage_errors(), step_reporter(quiet=as_json) as report:
        made = sample_data.generate(people=people, seed=seed, nights=nights, out=out, start=start, progress=report)
    if as_json:
        print_json(asdict(made))
        return
    records = sum(made.nights[0].records.values())
    typer.echo(f"Wrote {people:,} people to {out}: {records:,} nominal records on night 1, over {nights} night(s).")
    typer.echo(f"Link it with: CONJOIN_HOME=... conjoin demo --sample {out}")
