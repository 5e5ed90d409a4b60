"""What several modules of whole nights share."""

from pathlib import Path

import pytest

from tests.pipelines.nights import conjoin


@pytest.fixture(scope="session")
def night_one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which night 1 of the shipped sample has been linked; tests that change it take a copy."""
    home = tmp_path_factory.mktemp("night") / "home"
    conjoin(home, "demo", "--json")
    return home
