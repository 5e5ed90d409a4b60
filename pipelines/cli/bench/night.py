"""`conjoin bench night`: the night beside a bare Splink script on the same records, as ratios of one run."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.bench.measure import measure
from pipelines.cli.options import JsonOption, print_json

EXPORT = """
COPY (
    SELECT record_key, source_system, names[1].forename AS forename, names[1].middle_names AS middle_names,
           names[1].surname AS surname, birth_dates[1] AS birth_date, addresses[1].postcode AS postcode, sex,
           list_filter(identifiers, lambda held: held.kind = 'pnc' AND held.valid)[1]."value" AS pnc
    FROM nominal.record
) TO '{file}' (FORMAT parquet)
"""


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
    import sample_data
    from pipelines.cli.progress import step_reporter
    from pipelines.settings import Settings
    from pipelines.warehouse.database import reader

    with tempfile.TemporaryDirectory(prefix="conjoin-bench-") as folder, step_reporter(quiet=as_json) as report:
        work = Path(folder)
        began = time.monotonic()
        made = sample_data.generate(people=people, seed=seed, nights=2, out=work / "sample")
        results: dict[str, Any] = {
            "people": people,
            "records": sum(made.nights[0].records.values()),
            "generate_seconds": round(time.monotonic() - began, 1),
        }
        report("generated")
        home = work / "home"
        for name, number in (("full", 1), ("unchanged", 1), ("changed", 2)):
            arguments = [
                "demo",
                "--home",
                str(home),
                "--sample",
                str(work / "sample"),
                "--night",
                str(number),
                "--json",
            ]
            results[name] = measure([sys.executable, "-m", "pipelines.cli", *arguments], work)
            report(f"night: {name}")
            if name == "full":
                with reader(Settings.load(home)) as con:
                    con.execute(EXPORT.format(file=work / "records.parquet"))
                    timings = con.execute("SELECT timings FROM linkage.run ORDER BY started_at LIMIT 1").fetchone()
                results["stages"] = json.loads(timings[0]) if timings else {}
        results["bare_splink"] = measure(
            [sys.executable, "-m", "linkage_models.yardsticks.bare_splink", str(work / "records.parquet")], work
        )
        report("bare Splink")
    full, bare = results["full"]["seconds"], results["bare_splink"]["seconds"]
    results["ratios"] = {
        "night / bare Splink": round(full / bare, 2),
        "unchanged night / full night": round(results["unchanged"]["seconds"] / full, 2),
        "1 % changed night / full night": round(results["changed"]["seconds"] / full, 2),
    }
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
