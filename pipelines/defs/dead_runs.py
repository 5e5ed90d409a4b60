"""Dead runs: those that Dagster holds for started although their process is gone, as the run lock proves.

A run holds its home's run lock from before it is tagged until its process ends, so a tagged run is dead when nobody, or
another run, holds that lock. Until it is ended, Dagster's queue keeps every later run waiting.
"""

from __future__ import annotations

import time
from pathlib import Path

import dagster as dg

# Dagster's public launcher can be extended, but what the answer of a check of health is made of is not public.
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus

from pipelines.settings import Settings
from pipelines.warehouse.lock import is_held

HOME = "conjoin/home"
"""Tag of a run: the home whose run lock it holds."""

GRACE_SECONDS = 2.0
"""How long after a run lets go of the lock Dagster may take to note that it ended well."""

_WHY = "Its process is gone: nothing holds the run lock of its home. Nothing was lost; the next run makes up for it."
_ACTIVE = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def end_dead_runs(instance: dg.DagsterInstance, run_id: str, settings: Settings) -> int:
    """Tag a run that has just taken the run lock of its home, and end those that held it before and were killed.

    Returns:
        How many were ended.
    """
    own = {HOME: str(settings.home)}
    instance.add_run_tags(run_id, own)

    def active() -> list[dg.DagsterRun]:
        found = instance.get_runs(dg.RunsFilter(statuses=_ACTIVE, tags=own))
        return [run for run in found if run.run_id != run_id]

    if not active():
        return 0
    time.sleep(GRACE_SECONDS)
    dead = active()
    for run in dead:
        if run.status == dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, _WHY)
        else:
            instance.report_run_failed(run, _WHY)
    return len(dead)


class RunLauncher(dg.DefaultRunLauncher):
    """Dagster's own launcher, which can also tell when a run is dead; `dagster.yaml` names it.

    Dagster's daemon asks it of every started run, those of the command line included, and ends one that is dead.
    """

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Whether `check_run_worker_health` can be asked."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Return whether a run's process is at work; a run that has not come to its home yet is taken to be."""
        home = run.tags.get(HOME)
        if home is None or is_held(Path(home)):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        # The daemon looks again whether the run has ended before it believes this.
        time.sleep(GRACE_SECONDS)
        return CheckRunHealthResult(WorkerStatus.FAILED, _WHY)
