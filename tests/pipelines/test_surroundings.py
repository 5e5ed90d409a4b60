"""What surrounds Conjoin may be odd: a zone that is a rule, a path that an address reads otherwise, little memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.components import load_checks
from pipelines.errors import ConfigurationError, StorageError, storage_errors
from pipelines.instance import dagster_home
from pipelines.settings import Settings
from pipelines.source import SourceSpec
from pipelines.warehouse.database import writer
from tests.pipelines import shipped
from tests.pipelines.canonical.test_staging import CASES, SOURCE, Home
from tests.pipelines.nights import attempt

RULE = "GMT0BST,M3.5.0/1,M10.5.0"
"""British time, as POSIX writes it."""


def test_a_zone_may_be_a_rule() -> None:
    done = attempt(None, "check", environment={"TZ": RULE})
    assert done.returncode == 0, done.stderr
    loads = (
        "import os; from linkage_models.nominal.bundle import name_symbols as s; s._rigour(); print(os.environ['TZ'])"
    )
    asked = subprocess.run([sys.executable, "-c", loads], env={"TZ": RULE}, capture_output=True, text=True, check=False)
    assert (asked.returncode, asked.stdout.strip()) == (0, RULE), asked.stderr


@pytest.mark.parametrize("name", ["what?", "per%41cent"])
def test_dagster_has_no_home_that_an_address_reads_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / name))
    with pytest.raises(ConfigurationError, match=r"cannot be DAGSTER_HOME: .*; name another folder\.$"):
        dagster_home(Settings(home=tmp_path))
    assert not (tmp_path / name).exists()
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "50% #1 [a]"))
    assert dagster_home(Settings(home=tmp_path)).is_dir()


@pytest.mark.parametrize("limit", ["20MB", "60MB"])
def test_too_little_memory_is_told_as_that_and_blames_no_file(tmp_path: Path, limit: str) -> None:
    settings = shipped.home(tmp_path).model_copy(update={"memory_limit": limit})
    with pytest.raises(StorageError, match=r"^DuckDB needs more than CONJOIN_MEMORY_LIMIT; raise it"):
        shipped.land_one("ctnm", settings)


def test_a_machine_without_memory_is_told_as_that() -> None:
    with pytest.raises(StorageError, match=r"^This machine has too little memory free; "), storage_errors():
        raise MemoryError


def test_a_first_load_that_is_refused_claims_no_load_before_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with writer(home.settings()) as con:
        applied = home.deliver(con, [{}] * 30, CASES)
    (said,) = [
        one.description
        for one in load_checks.results(applied, SourceSpec.model_validate(SOURCE))
        if one.check_name == "load_is_trusted"
    ]
    assert said is not None
    assert said.startswith("the load is refused and no load of it is in force: ")
