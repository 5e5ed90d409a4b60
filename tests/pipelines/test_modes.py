"""Who may read what Conjoin writes: its own account alone, whatever the umask, and a group what is published."""

from __future__ import annotations

import grp
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pipelines.modes import tighten
from pipelines.settings import Settings
from tests.house.repository import ROOT
from tests.pipelines import shipped
from tests.pipelines.nights import attempt, snapshot

pytestmark = pytest.mark.slow

NIGHTS = """
import os, sys
import pipelines.nightly_run
from pipelines.cli import main

def typed(*arguments):
    child = os.fork()
    if not child:
        sys.argv = ["conjoin", *arguments, "--home", home]
        try:
            main()
        except SystemExit as end:
            # What was imported before the fork ends badly after it.
            sys.stdout.flush()
            os._exit(end.code or 0)
    assert os.waitpid(child, 0)[1] == 0, arguments

for home in sys.argv[1:]:
    umask = os.path.basename(os.path.dirname(home))
    os.umask(int(umask, 8))
    os.environ["DAGSTER_HOME"] = home + "/dagster"
    typed("run")
    typed("explain", "nomis:A1234BC", "pnc:1981/0000034U", "--picture", home + "/out.svg")
    typed("decide", "export", home + "/out.csv")
    typed("evaluate", "--no-truth", "--charts", home + "/charts")
"""
"""Runs, and questions, in homes that lie in folders named after the umask; what is imported once serves all."""


def delivered(folder: Path) -> Path:
    """Return a home that holds a tiny delivery and no night yet."""
    return shipped.home(folder).home


def modes(home: Path) -> dict[str, int]:
    """Return the mode of the home and of everything in it but links, by its path in the home."""
    paths = [home, *(path for path in home.rglob("*") if not path.is_symlink())]
    return {str(path.relative_to(home)): stat.S_IMODE(path.lstat().st_mode) for path in paths}


def wanted(home: Path, *, readers: bool = False) -> dict[str, int]:
    """Return the modes that everything in a home should have."""
    folder, published = (0o710, 0o750) if readers else (0o700, 0o700)
    found = {}
    for name in modes(home):
        path = home / name
        if name.startswith("published"):
            found[name] = published if path.is_dir() else 0o440
        else:
            found[name] = 0o700 if path.is_dir() else 0o600
    return found | {".": folder}


def loosen(home: Path) -> None:
    """Give everything the modes that an older version left."""
    for path in (home, *home.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Homes by the umask under which a night ran and questions were asked in them."""
    # One takes away no bit, the other each of them.
    folder = tmp_path_factory.mktemp("umasks")
    made = {umask: delivered(folder / umask) for umask in ("000", "777")}
    done = subprocess.run(
        [sys.executable, "-c", NIGHTS, *map(str, made.values())],
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def home(homes: dict[str, Path]) -> Path:
    return homes["000"]


@pytest.mark.parametrize("umask", ["000", "777"])
def test_nobody_else_may_read_or_enter_anything_whatever_the_umask(umask: str, homes: dict[str, Path]) -> None:
    found = modes(homes[umask])
    assert {"warehouse.duckdb", "run.lock", "audit/audit.jsonl", "dagster/dagster.yaml"} <= {*found}
    assert any(name.startswith("dagster/history/") for name in found)
    assert found == wanted(homes[umask])


@pytest.mark.parametrize("umask", ["000", "777"])
def test_what_a_command_writes_for_its_reader_is_that_accounts_own_too(umask: str, homes: dict[str, Path]) -> None:
    written = [*(homes[umask] / "charts").iterdir(), homes[umask] / "out.svg", homes[umask] / "out.csv"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}


def test_what_can_be_started_in_a_home_can_be_started_after_it_was_closed(tmp_path: Path) -> None:
    script = tmp_path / "bin" / "deliver"
    script.parent.mkdir()
    script.touch()
    script.chmod(0o755)
    tighten(Settings(home=tmp_path))
    assert modes(tmp_path) == {".": 0o700, "bin": 0o700, "bin/deliver": 0o700}


def test_the_next_run_closes_a_home_that_an_older_version_left_open_whoever_starts_it(home: Path) -> None:
    loosen(home)
    # As Dagster's run worker does, which knows nothing of Conjoin's command line.
    command = [sys.executable, "-m", "dagster", "job", "execute", "-m", "pipelines.definitions", "-j", "nightly"]
    variables = {"CONJOIN_HOME": str(home), "DAGSTER_HOME": str(home / "dagster")}
    done = subprocess.run(
        command, env=os.environ | variables, cwd=ROOT, capture_output=True, text=True, check=False, umask=0
    )
    assert done.returncode == 0, done.stderr
    assert len(list((home / "published" / "joint").glob("joint-*"))) == 2
    assert modes(home) == wanted(home)


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become other accounts")


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that every account may enter."""
    with TemporaryDirectory(prefix="conjoin-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def said_by(account: int, group: int, code: str, *arguments: object) -> str:
    """Return what code prints that runs as another account, of one group, once everything is imported."""
    become = "os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[1]))"
    whole = "import logging, os, sys\nimport duckdb\nfrom pathlib import Path\nfrom pipelines.modes import tighten\n"
    whole += f"from pipelines.settings import Settings\n{become}\n{code}"
    command = [sys.executable, "-c", whole, str(account), str(group), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return (done.stdout + done.stderr).strip().splitlines()[-1]


@as_root
def test_a_group_of_readers_may_read_what_is_published_and_nothing_else(public: Path) -> None:
    group = grp.getgrall()[-1]
    home = delivered(public)
    done = attempt(home, "run", environment={"CONJOIN_READERS_GROUP": group.gr_name})
    assert done.returncode == 0, done.stderr
    assert modes(home) == wanted(home, readers=True)
    of_readers = [home, home / "published", *(home / "published").rglob("*")]
    assert {path.lstat().st_gid for path in of_readers if not path.is_symlink()} == {group.gr_gid}
    read = "duckdb.connect(sys.argv[3], read_only=True); print('read')"
    assert said_by(12345, group.gr_gid, read, snapshot(home)) == "read"
    assert said_by(12345, group.gr_gid, read, home / "warehouse.duckdb").endswith("Permission denied")
    assert said_by(12345, 12345, read, snapshot(home)).endswith("Permission denied")


@as_root
def test_a_group_that_the_account_is_not_in_is_one_sentence(public: Path) -> None:
    os.chown(public, 12345, 12345)
    said = said_by(12345, 12345, "tighten(Settings(home=Path(sys.argv[3]), readers_group='root'))", public)
    assert said.startswith(
        f"pipelines.errors.ConfigurationError: {public} cannot be given to the group root that CONJOIN_READERS_GROUP"
    )


@as_root
def test_what_the_account_may_not_close_is_warned_of(public: Path) -> None:
    others = public / "of-another-account.csv"
    others.write_text("rows", encoding="utf-8")
    others.chmod(0o644)
    os.chown(public, 12345, 12345)
    said = said_by(12345, 12345, "tighten(Settings(home=Path(sys.argv[3])))", public)
    assert said.startswith(f"Other accounts may be able to read 1 files or folders in {public}, and the account that")
    assert modes(public)["."] == 0o700
