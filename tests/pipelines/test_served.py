"""The sample systems, served as agencies serve them, give what their files give, row for row, night after night."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pytest

from tests.pipelines.nights import ask, attempt

pytestmark = pytest.mark.slow

OF_THE_DELIVERY = {"source_load", "feed", "run", "data_dictionary", "snapshot"}
"""Linked tables that tell how and when rows came, and what was entered of it, rather than what they say."""


def linked(home: Path) -> dict[str, list[tuple[object, ...]]]:
    tables = [name for (name,) in ask(home, "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'linked'")]
    columns = {"subject_event": "* EXCLUDE (run_id)"}
    return {
        name: sorted(ask(home, f"SELECT {columns.get(name, '*')} FROM linked.{name}"), key=repr)
        for name in tables
        if name not in OF_THE_DELIVERY
    }


def nominal(home: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        return {
            "record": con.execute("SELECT * EXCLUDE (load_id) FROM nominal.record ORDER BY record_key").fetchall(),
            "information_item": con.execute(
                "SELECT * EXCLUDE (load_id, first_load_id) FROM nominal.information_item ORDER BY item_key"
            ).fetchall(),
            "quarantine": con.execute(
                "SELECT source_system, resource, landed_row, part, reason FROM nominal.quarantine ORDER BY ALL"
            ).fetchall(),
            "merge": con.execute("FROM nominal.merge ORDER BY ALL").fetchall(),
        }


def serve_and_run(home: Path, deployment: Path, night: int) -> None:
    command = [sys.executable, "-m", "pipelines.cli", "run", "--home", str(home)]
    served = attempt(
        None, "sample", "serve", "--deployment", str(deployment), "--night", str(night), "--", *command,
        environment={"DAGSTER_HOME": str(home.parent / "dagster")},
    )  # fmt: skip
    assert served.returncode == 0, served.stderr


@pytest.mark.long
def test_two_nights_from_real_servers_give_what_two_nights_from_files_give(
    night_one: Path, night_two: Path, tmp_path: Path
) -> None:
    home, deployment = tmp_path / "home", tmp_path / "deployment"
    (tmp_path / "dagster").mkdir()
    serve_and_run(home, deployment, 1)
    assert nominal(home) == nominal(night_one)
    assert linked(home) == linked(night_one)
    serve_and_run(home, deployment, 2)
    assert nominal(home) == nominal(night_two)
    assert linked(home) == linked(night_two)
    secrets = [
        line.partition("=")[2].strip("'") for line in (deployment / "secrets.env").read_text(encoding="utf-8").split()
    ]
    assert len(secrets) == 5
    kept = b"".join(
        path.read_bytes() for folder in (home, tmp_path / "dagster") for path in folder.rglob("*") if path.is_file()
    )
    assert [secret for secret in secrets if secret.encode() in kept] == []
    yaml = "".join(path.read_text(encoding="utf-8") for path in (deployment / "sources").iterdir())
    assert [secret for secret in secrets if secret in yaml] == []
