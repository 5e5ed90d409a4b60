"""Landing a PostgreSQL table beside a bare connectorx script on the same table."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from linkage_models.relations import statement
from pipelines.bench.measure import OUTPUT, measure
from pipelines.errors import ConfigurationError


def measure_extract(rows: int, repeats: int, report: Callable[[str], None]) -> dict[str, Any]:
    """Measure both, each in its own process, one after the other.

    Args:
        rows: rows of the table, of ten columns.
        repeats: how often each is measured; medians count.
        report: called with what has been done.

    Returns:
        Seconds and peak memory of each, and the ratios.

    Raises:
        ConfigurationError: the server or connectorx is not installed.
        CheckFailedError: one of the processes failed.
    """
    try:
        import connectorx as _  # noqa: F401, PLC0415  # of an extra that may not be installed

        from sample_data.serve import serve_postgres  # noqa: PLC0415  # likewise
    except ModuleNotFoundError:
        raise ConfigurationError(
            "The bench needs a server and connectorx; install Conjoin with `[serve,dev]`."
        ) from None
    with tempfile.TemporaryDirectory(prefix="conjoin-bench-") as folder, serve_postgres() as server:
        work = Path(folder)
        with server.connect() as con:
            con.execute("SELECT set_config('bench.rows', %s, false)", [str(rows)])
            con.execute(statement(__file__, "generated_table").encode())
            con.execute("GRANT SELECT ON person TO " + server.reader)
        report(f"made a table of {rows:,} rows")
        os.environ["BENCH_EXTRACT_PASSWORD"] = server.reader_password
        spec = {
            "format": "sql", "dialect": "postgresql", "host": server.host, "port": server.port, "database": "postgres",
            "user": server.reader, "password": {"env": "BENCH_EXTRACT_PASSWORD"}, "tls": "off",
            "resources": ["person"],
        }  # fmt: skip
        url = server.url("postgres").replace("@", f":{server.reader_password}@", 1)
        bare = [sys.executable, "-m", "pipelines.bench.bare_extract", url, "person", str(work / "bare.parquet")]
        runs: dict[str, list[dict[str, float]]] = {"bare_connectorx": [], "landed": []}
        for number in range(repeats):
            runs["bare_connectorx"].append(_measured(bare, work))
            # A home of its own each time: what is landed already is not landed again.
            home = str(work / f"home-{number}")
            landed = [sys.executable, "-m", "pipelines.bench.landed_extract", json.dumps(spec), home]
            runs["landed"].append(_measured(landed, work))
            report(f"measured {number + 1} of {repeats}")
    results: dict[str, Any] = {"rows": rows}
    for name, measured in runs.items():
        results[name] = {
            "seconds": round(statistics.median(run["work"] for run in measured), 2),
            "process_seconds": round(statistics.median(run["seconds"] for run in measured), 2),
            "peak_mb": max(run["peak_mb"] for run in measured),
        }
    ours, bare_script = results["landed"], results["bare_connectorx"]
    results["ratio"] = round(ours["seconds"] / bare_script["seconds"], 2)
    results["ratio_of_processes"] = round(ours["process_seconds"] / bare_script["process_seconds"], 2)
    return results


def _measured(command: list[str], work: Path) -> dict[str, float]:
    """Run a script that prints the seconds its work took; return those, its process's and its peak memory."""
    whole = measure(command, work)
    return whole | {"work": float((work / OUTPUT).read_text(encoding="utf-8").split()[-1])}
