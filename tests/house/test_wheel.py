"""The wheel carries all the product needs, and, installed where no repository is, keeps what the product promises."""

import os
import re
import shlex
import signal
import stat
import subprocess
import sys
import sysconfig
import time
import zipfile
from pathlib import Path

import psutil
import pytest

from tests.browser.webserver import asset_names, free_port
from tests.house.repository import ROOT, kept_files

pytestmark = pytest.mark.slow

PACKAGES = ("pipelines", "linkage_models", "sample_data")
PATIENCE_SECONDS = 300
"""How long the UI may take to come up on a busy machine."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the repository."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def held(wheel: Path) -> set[str]:
    """The names of the files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def kept(package: str) -> set[str]:
    """The files of a package that belong to the repository, as paths from its top."""
    return {path for path in kept_files(ROOT) if path.startswith(f"{package}/") and Path(path).name != ".gitignore"}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_wheel_holds_every_file_of_a_package(held: set[str], package: str) -> None:
    assert kept(package)
    assert kept(package) - held == set()


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
def test_the_wheel_holds_the_default_deployment(held: set[str], pattern: str) -> None:
    assert [name for name in held if Path(name).match(pattern)]


def test_the_wheel_holds_nothing_but_the_product(held: set[str]) -> None:
    assert {name.split("/")[0] for name in held if ".dist-info/" not in name} == set(PACKAGES)
    assert {name for package in PACKAGES for name in held if name.startswith(f"{package}/")} - {
        path for package in PACKAGES for path in kept(package)
    } == {"pipelines/dagster.yaml"}


class Installed:
    """The wheel in an environment of its own, and an empty folder elsewhere in which it is used."""

    def __init__(self, wheel: Path, folder: Path) -> None:
        """Install the wheel beside the libraries of this environment, so that nothing is fetched."""
        self.bin, self.folder = folder / "environment" / "bin", folder / "elsewhere"
        self.folder.mkdir()
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(self.bin.parent)], check=True)
        install = [sys.executable, "-m", "pip", "--python", str(self.bin / "python"), "install", "--quiet", "--no-deps"]
        subprocess.run([*install, "--no-index", str(wheel)], check=True)
        (packages,) = self.bin.parent.glob("lib/python*/site-packages")
        # Of a folder that is named so, the links to further folders are not followed: the repository is on no path.
        (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
        ours = re.compile(r"CONJOIN_|DAGSTER_HOME$|PYTHONPATH$|VIRTUAL_ENV$")
        self.environment = {name: value for name, value in os.environ.items() if not ours.match(name)}
        self.environment["PATH"] = os.pathsep.join([str(self.bin), os.defpath])

    def run(self, *command: str) -> str:
        """Return what a command prints in the folder; it must succeed."""
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(wheel, tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="module")
def said(installed: Installed) -> str:
    """What the demo says in a folder where nothing is yet."""
    return installed.run("conjoin", "demo")


def test_what_is_installed_is_the_wheel_and_not_the_repository(installed: Installed) -> None:
    where = "import pipelines, linkage_models, sample_data; print(pipelines, linkage_models, sample_data)"
    assert str(ROOT) not in installed.run(str(installed.bin / "python"), "-P", "-c", where)


def test_dagster_is_given_the_settings_of_the_repository(installed: Installed, said: str) -> None:
    dagster = installed.folder / "data" / "dagster"
    assert (dagster / "dagster.yaml").read_bytes() == (ROOT / "dagster_home" / "dagster.yaml").read_bytes()
    assert not (dagster / ".telemetry").exists()
    assert {path.name for path in installed.folder.iterdir()} == {"data"}


def test_everything_the_demo_wrote_is_its_own_accounts(installed: Installed, said: str) -> None:
    home = installed.folder / "data"
    lax = [path for path in (home, *home.rglob("*")) if stat.S_IMODE(path.lstat().st_mode) & 0o077]
    assert {path.suffix for path in lax if not path.is_symlink()} == {".duckdb"}


def test_every_hint_names_a_command_that_exists(installed: Installed, said: str) -> None:
    hints = [line.strip().split("  ")[0] for line in said.split("Next:\n")[1].splitlines() if "  conjoin " in line]
    assert [hint.split()[1] for hint in hints] == ["explain", "evaluate", "demo", "ui"]
    for hint in hints:
        assert "--help" in installed.run(*shlex.split(hint), "--help")
    assert "holds" in installed.run(*shlex.split(hints[0]))


def test_the_ui_opens_on_the_same_night_and_leaves_nothing_behind(installed: Installed, said: str) -> None:
    # What lies where the command is typed is not what is served.
    (installed.folder / "pipelines").mkdir(exist_ok=True)
    (installed.folder / "pipelines" / "__init__.py").write_text("raise SystemExit('not this one')", encoding="utf-8")
    port = free_port()
    log = installed.folder.parent / "ui.log"
    with log.open("wb") as said_by_ui:
        command = [str(installed.bin / "conjoin"), "ui", "--port", str(port)]
        ui = subprocess.Popen(
            command, cwd=installed.folder, env=installed.environment, stdout=said_by_ui, stderr=subprocess.STDOUT
        )
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while f"The Dagster UI is at {address}; Ctrl-C ends it." not in log.read_text(encoding="utf-8"):
            assert ui.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(0.5)
        assert {"joint", "finding", "subject"} <= set(asset_names(address))
        started = psutil.Process(ui.pid).children(recursive=True)
        assert {"dagster_webserver", "dagster._daemon"} <= {word for one in started for word in one.cmdline()}
    finally:
        ui.send_signal(signal.SIGINT)
        assert ui.wait(timeout=PATIENCE_SECONDS) == 0
    _, left = psutil.wait_procs(started, timeout=20)
    assert [one.cmdline() for one in left if one.status() != psutil.STATUS_ZOMBIE] == []
