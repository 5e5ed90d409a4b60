"""What several modules of whole nights share."""

from pathlib import Path

import pytest

from tests.pipelines.nights import conjoin, copy_of


@pytest.fixture(scope="session")
def night_one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which night 1 of the shipped sample has been linked; tests that change it take a copy."""
    home = tmp_path_factory.mktemp("night") / "home"
    conjoin(home, "demo", "--json")
    return home


@pytest.fixture(scope="session")
def night_two(night_one: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which both nights of the shipped sample have been linked; `said.txt` beside it is what was said.

    Tests that change it take a copy.
    """
    home = copy_of(night_one, tmp_path_factory.mktemp("nights"))
    said = conjoin(home, "demo", "--night", "2")
    (home.parent / "said.txt").write_text(said.stdout + said.stderr, encoding="utf-8")
    return home
