"""The wheel carries all the product needs to run where no repository is."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.repository import ROOT, kept_files

PACKAGES = ("pipelines", "linkage_models", "sample_data")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a wheel built from the repository."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def kept(package: str) -> set[str]:
    """The files of a package that belong to the repository, as paths from its top."""
    return {path for path in kept_files(ROOT) if path.startswith(f"{package}/") and Path(path).name != ".gitignore"}


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_the_wheel_holds_every_file_of_a_package(wheel: set[str], package: str) -> None:
    assert kept(package)
    assert kept(package) - wheel == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    "pattern",
    [
        "pipelines/defs/sources/*/defs.yaml",
        "pipelines/gaps/rules/*.yaml",
        "pipelines/publish/audiences/*.yaml",
        "linkage_models/nominal/bundle/shipped/*/*.json",
        "sample_data/*/sample.json",
    ],
)
def test_the_wheel_holds_the_default_deployment(wheel: set[str], pattern: str) -> None:
    assert [name for name in wheel if Path(name).match(pattern)]


@pytest.mark.slow
def test_the_wheel_holds_nothing_but_the_product(wheel: set[str]) -> None:
    assert {name.split("/")[0] for name in wheel if ".dist-info/" not in name} == set(PACKAGES)
