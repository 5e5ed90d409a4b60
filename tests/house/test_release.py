"""A release is refused while its changelog does not tell of it."""

from pathlib import Path

import pytest

from tests.house.release import faults, version_of
from tests.house.repository import ROOT


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "0.2.0"\n', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("changelog", "wrong"),
    [
        ("## [Unreleased]\n\n## [0.2.0] - 2026-12-01\n", []),
        ("## [Unreleased]\n\n## [0.1.0] - 2026-12-01\n", ["[0.2.0]"]),
        ("## [Unreleased]\n\n## [0.2.0]\n", ["[0.2.0]"]),
        ("## [0.2.0] - 2026-12-01\n", ["[Unreleased]"]),
    ],
)
def test_a_version_without_its_section_is_no_release(root: Path, changelog: str, wrong: list[str]) -> None:
    (root / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    found = faults(root)
    assert len(found) == len(wrong)
    assert all(named in sentence for named, sentence in zip(wrong, found, strict=True))


def test_the_version_is_the_one_that_is_installed() -> None:
    from importlib.metadata import version  # noqa: PLC0415

    assert version("conjoin") == version_of(ROOT)
