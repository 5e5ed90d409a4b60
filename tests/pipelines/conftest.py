"""What several modules of whole nights share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pipelines.nights import attempt, conjoin, copy_of
from tests.pipelines.ruled import Ruled, rule
from tests.pipelines.shared import made_once


@pytest.fixture(scope="session")
def night_one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which night 1 of the shipped sample has been linked; tests that change it take a copy."""

    def make(folder: Path) -> None:
        done = attempt(folder / "home", "demo", "--json", afresh=True)
        assert done.returncode == 0, done.stderr

    return made_once("night-1", make, tmp_path_factory) / "home"


@pytest.fixture(scope="session")
def night_two(night_one: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which both nights of the shipped sample have been linked; `said.txt` beside it is what was said.

    Tests that change it take a copy.
    """

    def make(folder: Path) -> None:
        said = conjoin(copy_of(night_one, folder), "demo", "--night", "2")
        (folder / "said.txt").write_text(said.stdout + said.stderr, encoding="utf-8")

    return made_once("night-2", make, tmp_path_factory) / "home"


@pytest.fixture(scope="session")
def ruled(night_one: Path, tmp_path_factory: pytest.TempPathFactory) -> Ruled:
    """Return a home in which a run took up what people ruled on night 1; tests that change it take a copy."""

    def make(folder: Path) -> None:
        rulings = rule(copy_of(night_one, folder), folder / "rulings.csv")
        (folder / "rulings.json").write_text(json.dumps(rulings), encoding="utf-8")

    folder = made_once("ruled", make, tmp_path_factory)
    return Ruled(folder / "home", **json.loads((folder / "rulings.json").read_text(encoding="utf-8")))
