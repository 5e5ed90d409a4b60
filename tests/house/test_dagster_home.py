"""The Dagster instance loads from its file and is set as the product needs it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from tests.house.repository import ROOT


@pytest.fixture
def settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """An instance with the repository's settings and its storage in a folder of its own."""
    shutil.copy(ROOT / "dagster_home" / "dagster.yaml", tmp_path)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dg.DagsterInstance.get() as instance:
        yield instance


def test_nothing_is_reported_to_anybody_and_nobody_is_nagged(settled: dg.DagsterInstance) -> None:
    assert not settled.telemetry_enabled
    assert not settled.nux_enabled


def test_one_run_at_a_time_writes_the_warehouse(settled: dg.DagsterInstance) -> None:
    concurrency = settled.get_concurrency_config()
    assert concurrency.run_queue_config is not None
    assert concurrency.run_queue_config.max_concurrent_runs == 1
    assert concurrency.pool_config.default_pool_limit == 1
    assert settled.event_log_storage.supports_global_concurrency_limits


def test_a_killed_run_does_not_hold_the_next_night_up(settled: dg.DagsterInstance) -> None:
    between_nights = 24 * 60 * 60
    assert settled.run_monitoring_enabled
    assert settled.run_launcher.supports_check_run_worker_health
    assert 0 < settled.run_monitoring_max_runtime_seconds < between_nights
