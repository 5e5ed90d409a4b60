"""Whole nights whose pairs are scored on Spark, as a deployment that names one runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pipelines.nights import ask, conjoin, copy_of, refused
from tests.spark import configure, require

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long

LINKED = """
    SELECT record_l, record_r, subject_id_l, subject_id_r, relation, round(match_weight, 6), evidence
    FROM linked.link ORDER BY ALL
"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sample of 600 people and two nights."""
    folder = tmp_path_factory.mktemp("sample") / "sample"
    conjoin(None, "sample", "--people", "600", "--seed", "5", "--nights", "2", "--out", str(folder), "--json")
    return folder


@pytest.fixture(scope="module")
def in_duckdb(sample: Path) -> Path:
    """Return a home in which the first night was linked by DuckDB alone."""
    home = sample.parent / "home"
    conjoin(home, "demo", "--sample", str(sample), "--json")
    return home


def test_nights_on_spark_link_as_nights_in_duckdb_do(sample: Path, in_duckdb: Path, tmp_path: Path) -> None:
    require()
    home = tmp_path / "spark" / "home"
    environment = {"CONJOIN_SPARK": "local[2]", "SPARK_CONF_DIR": str(configure(tmp_path / "conf"))}
    conjoin(home, "demo", "--sample", str(sample), "--json", **environment)
    assert ask(home, LINKED) == ask(in_duckdb, LINKED)
    ours = copy_of(in_duckdb, tmp_path)
    for where, variables in ((home, environment), (ours, {})):
        conjoin(where, "demo", "--sample", str(sample), "--night", "2", "--json", **variables)
    assert ask(home, LINKED) == ask(ours, LINKED)
    assert not list((home / "spark").iterdir())


def test_a_night_without_the_spark_it_names_says_what_to_install(in_duckdb: Path, tmp_path: Path) -> None:
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "pyspark.py").write_text("raise ImportError\n", encoding="utf-8")
    home = copy_of(in_duckdb, tmp_path)
    sentence = refused(home, "run", CONJOIN_SPARK="local[2]", PYTHONPATH=str(tmp_path / "hidden"))
    assert sentence == "Scoring on Spark needs PySpark: install Conjoin with its extra `spark`."
