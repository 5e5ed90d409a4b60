"""Samples that many tests of the generator read, made once."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import sample_data
from tests.sample_data.delivered import read_night

SHIPPED = Path(sample_data.__file__).parent / "small"


@pytest.fixture(scope="session")
def population(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample of 20,000 people and two nights, with a seed of its own."""
    out = tmp_path_factory.mktemp("population") / "sample"
    sample_data.generate(people=20_000, seed=11, nights=2, out=out)
    return out


@pytest.fixture(scope="session")
def first_night(population: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The first night of that sample, read back from its files."""
    with read_night(population) as connection:
        yield connection


@pytest.fixture(scope="session")
def shipped() -> Path:
    """The set kept in the repository."""
    return SHIPPED
