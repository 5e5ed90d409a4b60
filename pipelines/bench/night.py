"""Three nights on a generated population: full, unchanged, 1 % changed; and a bare Splink script on its records."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sample_data
from linkage_models.relations import literal, single_value, statement
from pipelines.bench.measure import measure
from pipelines.settings import Settings
from pipelines.warehouse.database import reader


def measure_nights(people: int, seed: int, report: Callable[[str], None]) -> dict[str, Any]:
    """Measure three nights and a bare Splink script on the same records.

    Args:
        people: people in the generated population.
        seed: its seed.
        report: called with what has been done.

    Returns:
        Seconds and peak memory of each, the full night's seconds by stage, and the ratios.

    Raises:
        CheckFailedError: a night or the script failed.
    """
    with tempfile.TemporaryDirectory(prefix="conjoin-bench-") as folder:
        work = Path(folder)
        home, sample, records = work / "home", work / "sample", work / "records.parquet"
        began = time.monotonic()
        made = sample_data.generate(people=people, seed=seed, nights=2, out=sample)
        results: dict[str, Any] = {
            "people": people,
            "records": sum(made.nights[0].records.values()),
            "generate_seconds": round(time.monotonic() - began, 1),
        }
        report("generated")
        for name, night in (("full", "1"), ("unchanged", "1"), ("changed", "2")):
            arguments = ["demo", "--home", str(home), "--sample", str(sample), "--night", night, "--json"]
            results[name] = measure([sys.executable, "-m", "pipelines.cli", *arguments], work)
            report(f"night: {name}")
            if name == "full":
                with reader(Settings.load(home)) as con:
                    con.execute(f"COPY ({statement(__file__, 'yardstick_record')}) TO {literal(str(records))}")
                    stages = single_value(con, "SELECT timings FROM linkage.run ORDER BY started_at LIMIT 1")
                results["stages"] = json.loads(stages)
        script = [sys.executable, "-m", "linkage_models.yardsticks.bare_splink", str(records)]
        results["bare_splink"] = measure(script, work)
        report("bare Splink")
    full, bare = results["full"]["seconds"], results["bare_splink"]["seconds"]
    results["ratios"] = {
        "night / bare Splink": round(full / bare, 2),
        "unchanged night / full night": round(results["unchanged"]["seconds"] / full, 2),
        "1 % changed night / full night": round(results["changed"]["seconds"] / full, 2),
    }
    return results
