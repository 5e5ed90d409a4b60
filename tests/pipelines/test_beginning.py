"""Before a run begins: a lost warehouse, a day nobody can mean, what killed runs left, and runs that are dead."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.launcher import WorkerStatus

from linkage_models.instants import clock
from pipelines import audit
from pipelines.defs.dead_runs import HOME, RunLauncher, end_dead_runs
from pipelines.defs.home import Home
from pipelines.errors import ConfigurationError, DamagedError, NothingPublishedError
from pipelines.quarantine import retry
from pipelines.settings import Settings
from pipelines.warehouse import database, run_log
from pipelines.warehouse.lock import run_lock
from pipelines.warehouse.spill import own_folder, sweep


@pytest.fixture(autouse=True)
def umask() -> None:
    os.umask(0o077)


def begun(home: Path, **accepted: bool) -> AbstractContextManager[Home]:
    """Let a run begin in a home, as Dagster lets it."""
    return Home(path=str(home), **accepted).yield_for_execution(dg.build_init_resource_context())


def as_of(home: Path, instant: str) -> None:
    (home / "conjoin.env").write_text(f"CONJOIN_AS_OF={instant}\n", encoding="utf-8")


def ran(home: Path, **accepted: bool) -> None:
    """Let a run of the home be noted, of the instant that its settings give."""
    with begun(home, **accepted) as opened, opened.writer() as con:
        settings = opened.settings
        with run_log.stage(con, settings, f"run of {settings.now().isoformat()}", "any"):
            pass


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home in which a run was of 2 March 2026, and landed and published something."""
    home = tmp_path / "home"
    home.mkdir()
    as_of(home, "2026-03-02T02:00:00Z")
    ran(home)
    for made in ("landing/town/20260302T020000Z-00001-00000000/load.json", "published/town/town-1.duckdb"):
        (home / made).parent.mkdir(parents=True)
        (home / made).write_bytes(b"")
    return home


@pytest.mark.parametrize("left", ["landing", "published"])
def test_a_lost_warehouse_is_not_made_anew_in_silence(left: str, home: Path) -> None:
    (home / "warehouse.duckdb").unlink()
    shutil.rmtree(home / ("published" if left == "landing" else "landing"))
    with pytest.raises(DamagedError, match=r"warehouse\.duckdb is gone, .* restore it .*--accept-loss"), begun(home):
        pass
    with pytest.raises(NothingPublishedError, match="does not exist yet"):
        retry(Settings.load(home))
    assert not (home / "warehouse.duckdb").exists()
    with begun(home, accept_loss=True) as opened, opened.reader() as con:
        assert con.execute("SELECT count(*) FROM linkage.run").fetchall() == [(0,)]
    (entry,) = audit.read(Settings.load(home))
    assert entry.what == {"file": "warehouse.duckdb", "begun": "anew"}
    with begun(home):
        pass


def test_a_warehouse_whose_disk_is_not_mounted_is_lost_too(home: Path, tmp_path: Path) -> None:
    (home / "warehouse.duckdb").unlink()
    (home / "warehouse.duckdb").symlink_to(tmp_path / "not-mounted" / "warehouse.duckdb")
    with pytest.raises(DamagedError, match=r"warehouse\.duckdb is gone"), begun(home):
        pass


def test_a_home_of_which_nothing_came_yet_is_begun_without_being_asked(home: Path) -> None:
    (home / "warehouse.duckdb").unlink()
    shutil.rmtree(home / "published")
    shutil.rmtree(home / "landing")
    (home / "landing" / "town").mkdir(parents=True)
    with begun(home):
        assert (home / "warehouse.duckdb").exists()


@pytest.mark.parametrize("instant", ["2099-03-02T02:00:00Z", "2062-03-03T02:00:00Z"])
def test_a_run_of_a_day_that_nobody_can_mean_is_refused_and_the_next_one_runs(instant: str, home: Path) -> None:
    as_of(home, instant)
    with (
        pytest.raises(ConfigurationError, match=r"Z, far after the last one.*--accept-date"),
        begun(home),
    ):
        pass
    as_of(home, "2026-03-03T02:00:00Z")
    ran(home)
    as_of(home, instant)
    ran(home, accept_date=True)
    with begun(home):
        pass


def test_a_first_run_is_held_to_the_clock(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    as_of(home, (clock() + timedelta(days=32)).isoformat())
    with pytest.raises(ConfigurationError, match="far after the clock"), begun(home):
        pass
    as_of(home, (clock() + timedelta(days=30)).isoformat())
    ran(home)


def test_a_home_that_stood_still_for_years_runs_again_only_when_told_to(home: Path) -> None:
    """A clock that is wrong is likelier."""
    last = clock() - timedelta(days=800)
    settings = Settings(home=home, as_of=last + timedelta(days=365))
    run_log.not_far_ahead(settings, last)
    with pytest.raises(ConfigurationError, match="far after the last one"):
        run_log.not_far_ahead(Settings(home=home), last)


SPILL = """
import sys
from pathlib import Path
from pipelines.settings import Settings
from pipelines.warehouse.database import scratch
from pipelines.warehouse.spill import own_folder

settings = Settings(home=Path(sys.argv[1]), memory_limit="256MB", threads=1)
with scratch(settings, own_folder(settings)) as con:
    con.execute("CREATE TABLE t AS SELECT range AS a, md5(range::VARCHAR) AS b FROM range(6_000_000)")
    print("spilled", flush=True)
    sys.stdin.read()
"""


def test_what_killed_processes_spilled_is_swept_and_what_living_ones_spill_is_not(home: Path) -> None:
    settings = Settings.load(home)
    with subprocess.Popen(
        [sys.executable, "-c", SPILL, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert "spilled\n" in iter(process.stdout.readline, "")  # after a progress bar, on a slow machine
        (spilled,) = home.glob(".spill-*")
        assert list(spilled.iterdir())
        beside = home / "warehouse.duckdb.tmp"
        beside.mkdir()
        with begun(home):
            assert spilled.exists()
            assert not beside.exists()
        process.kill()
    own_folder(settings).mkdir()
    with begun(home):
        assert not spilled.exists()
        assert own_folder(settings).exists()
    with database.held(settings):
        assert sweep(settings) == 0


def started(instance: dg.DagsterInstance, home: Path | None) -> dg.DagsterRun:
    """Return a run that Dagster holds for started, in a home."""

    @dg.job
    def night() -> None:
        """Do nothing."""

    tags = {HOME: str(home)} if home else {}
    return instance.create_run_for_job(night, status=dg.DagsterRunStatus.STARTED, tags=tags)


def test_a_run_ends_those_of_its_home_that_were_killed_and_no_other(home: Path, tmp_path: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        killed, elsewhere, untagged = (started(instance, where) for where in (home, tmp_path / "other", None))
        own = started(instance, None)
        assert end_dead_runs(instance, own.run_id, Settings.load(home)) == 1
        told = {
            name: instance.get_run_by_id(run.run_id)
            for name, run in {"killed": killed, "elsewhere": elsewhere, "untagged": untagged, "own": own}.items()
        }
        assert {name: run.status.value for name, run in told.items() if run} == {
            "killed": "FAILURE", "elsewhere": "STARTED", "untagged": "STARTED", "own": "STARTED",
        }  # fmt: skip
        assert told["own"]
        assert told["own"].tags[HOME] == str(home)
        assert end_dead_runs(instance, own.run_id, Settings.load(home)) == 0


def test_dagsters_daemon_is_told_of_a_run_whose_home_nobody_holds(home: Path) -> None:
    launcher = RunLauncher()
    assert launcher.supports_check_run_worker_health
    with dg.DagsterInstance.ephemeral() as instance:
        run, early = started(instance, home), started(instance, None)
        with run_lock(Settings.load(home)):
            assert launcher.check_run_worker_health(run).status == WorkerStatus.RUNNING
        assert launcher.check_run_worker_health(early).status == WorkerStatus.RUNNING
        assert launcher.check_run_worker_health(run).status == WorkerStatus.FAILED
