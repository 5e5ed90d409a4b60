"""`conjoin bench extract`: landing a PostgreSQL table beside a bare connectorx script."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.bench.measure import OUTPUT, measure
from pipelines.cli.options import JsonOption, print_json
from pipelines.errors import ConfigurationError

TABLE = """
CREATE TABLE person AS
SELECT i AS person_id, 'A' || lpad(i::text, 7, '0') AS noms_no, md5(i::text) AS surname, md5((i + 1)::text) AS forename,
       DATE '1950-01-01' + (i % 20000) AS birth_date, CASE WHEN i % 9 = 0 THEN 'F' ELSE 'M' END AS sex,
       i % 18 AS ethnicity, TIMESTAMP '2026-01-01' + i * INTERVAL '1 second' AS updated_at,
       md5((i + 2)::text) AS address, 'AB1 2CD' AS postcode
FROM generate_series(1, {rows}) AS i
"""


def extract(
    rows: Annotated[int, typer.Option("--rows", min=1000, help="Rows of the table, of 10 columns.")] = 1_000_000,
    repeats: Annotated[int, typer.Option("--repeats", min=1, help="How often each is measured; medians count.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Measure landing a PostgreSQL table, and a bare script.

    The script writes the same table to Parquet with connectorx. Both are processes of their own, one after the other.
    The ratio is of the work itself; beside it stands that of the whole processes with their imports, which a night pays
    once for all sources.

    Example: conjoin bench extract --rows 1000000
    """
    from pipelines.cli.progress import step_reporter

    try:
        import connectorx as _  # noqa: F401

        from sample_data.serve import serve_postgres
    except ModuleNotFoundError:
        raise ConfigurationError(
            "The bench needs a server and connectorx; install Conjoin with `[serve,dev]`."
        ) from None
    with (
        tempfile.TemporaryDirectory(prefix="conjoin-bench-") as folder,
        serve_postgres() as server,
        step_reporter(quiet=as_json) as report,
    ):
        work = Path(folder)
        with server.connect() as con:
            con.execute(TABLE.format(rows=rows))
            con.execute("GRANT SELECT ON person TO " + server.reader)
        report(f"made a table of {rows:,} rows")
        os.environ["CONJOIN_BENCH_PASSWORD"] = server.reader_password
        spec = {
            "format": "sql", "dialect": "postgresql", "host": server.host, "port": server.port, "database": "postgres",
            "user": server.reader, "password": {"env": "CONJOIN_BENCH_PASSWORD"}, "tls": "off",
            "resources": ["person"],
        }  # fmt: skip
        url = server.url("postgres").replace("@", f":{server.reader_password}@", 1)
        bare = [sys.executable, "-m", "pipelines.cli.bench.bare_extract", url, "person", str(work / "bare.parquet")]
        runs: dict[str, list[dict[str, float]]] = {"bare_connectorx": [], "landed": []}
        for number in range(repeats):
            runs["bare_connectorx"].append(_measured(bare, work))
            # A home of its own each time: what is landed already is not landed again.
            home = str(work / f"home-{number}")
            landed = [sys.executable, "-m", "pipelines.cli.bench.landed_extract", json.dumps(spec), home]
            runs["landed"].append(_measured(landed, work))
            report(f"measured {number + 1} of {repeats}")
    results: dict[str, Any] = {"rows": rows}
    for name, measured in runs.items():
        results[name] = {
            "seconds": round(statistics.median(one["work"] for one in measured), 2),
            "process_seconds": round(statistics.median(one["seconds"] for one in measured), 2),
            "peak_mb": max(one["peak_mb"] for one in measured),
        }
    ours, bare_script = results["landed"], results["bare_connectorx"]
    results["ratio"] = round(ours["seconds"] / bare_script["seconds"], 2)
    results["ratio_of_processes"] = round(ours["process_seconds"] / bare_script["process_seconds"], 2)
    if as_json:
        print_json(results)
        return
    for name in runs:
        one = results[name]
        typer.echo(
            f"  {name:16} {one['seconds']:6.2f} s (process {one['process_seconds']:.2f} s)  peak {one['peak_mb']:,} MB"
        )
    typer.echo(f"  landed / bare connectorx: {results['ratio']} (processes: {results['ratio_of_processes']})")


def _measured(command: list[str], work: Path) -> dict[str, float]:
    """Run a script that prints the seconds its work took; return those, its process's and its peak memory."""
    whole = measure(command, work)
    return whole | {"work": float((work / OUTPUT).read_text(encoding="utf-8").split()[-1])}
