"""The Dagster instance loads from its file and is set as the product needs it."""

import shutil
from pathlib import Path

import dagster as dg

from tests.house.repository import ROOT


def instance(home: Path) -> dg.DagsterInstance:
    """An instance with the repository's settings and its storage in `home`."""
    shutil.copy(ROOT / "dagster_home" / "dagster.yaml", home)
    return dg.DagsterInstance.from_config(str(home))


def test_nothing_is_reported_to_anybody_and_nobody_is_nagged(tmp_path: Path) -> None:
    with instance(tmp_path) as settled:
        assert not settled.telemetry_enabled
        assert not settled.nux_enabled


def test_one_run_at_a_time_writes_the_warehouse(tmp_path: Path) -> None:
    with instance(tmp_path) as settled:
        concurrency = settled.get_concurrency_config()
        assert concurrency.run_queue_config is not None
        assert concurrency.run_queue_config.max_concurrent_runs == 1
        assert concurrency.pool_config.default_pool_limit == 1
        assert settled.event_log_storage.supports_global_concurrency_limits


def test_a_killed_run_does_not_hold_the_next_night_up(tmp_path: Path) -> None:
    between_nights = 24 * 60 * 60
    with instance(tmp_path) as settled:
        assert settled.run_monitoring_enabled
        assert settled.run_launcher.supports_check_run_worker_health
        assert 0 < settled.run_monitoring_max_runtime_seconds < between_nights
