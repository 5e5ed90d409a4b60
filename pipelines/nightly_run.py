"""Running the nightly job in this process, as the CLI does: a line for each finished step, a sentence for a failure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg
import sqlalchemy
from dagster import DagsterEvent, DagsterEventType, DagsterInstance

# Dagster's public ways to run a job in this process cannot say which code location it is of, and without that the UI
# lists the run neither under its job nor in the timeline (dagster-io/dagster#17707). Its own run worker uses these.
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run_iterator
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin

from pipelines.components.load_checks import EVALUATED
from pipelines.definitions import CODE_LOCATION, build_definitions
from pipelines.defs.home import Home
from pipelines.defs.nightly import NIGHTLY
from pipelines.errors import CheckFailedError, ConjoinError, StorageError
from pipelines.instance import dagster_home

if TYPE_CHECKING:
    from pipelines.settings import Settings

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""The command shows the run's progress itself; everything is in the run's log in the UI."""


@dataclass(frozen=True)
class NightlyRun:
    """A nightly run that published.

    Attributes:
        run_id: Dagster's id of the run.
        warnings: what its checks warn of, as clauses.
        held_back: the sources whose newest delivery is not in force, and why, as sentences.
    """

    run_id: str
    warnings: tuple[str, ...]
    held_back: tuple[str, ...]


def run_nightly(
    settings: Settings, report: Callable[[str], None], *, accept_loss: bool = False, accept_date: bool = False
) -> NightlyRun:
    """Run the nightly job and return it.

    Args:
        settings: the home to run in.
        report: called with the name of each step as it ends.
        accept_loss: whether to go on where the warehouse, or a load that a source may not deliver again, is lost.
        accept_date: whether to take for now an instant far ahead of the clock or of the last run.

    Raises:
        ConjoinError: the run published nothing; the message is the failed step's own sentence.
        StorageError: Dagster cannot keep its own records.
    """
    folder = dagster_home(settings)
    home = Home(path=str(settings.home), accept_loss=accept_loss, accept_date=accept_date)
    definitions = build_definitions(settings=settings, home=home)
    try:
        with DagsterInstance.get() as instance:
            run_id, events = _execute(definitions, instance, report)
    except (OSError, sqlalchemy.exc.DBAPIError) as error:
        raise StorageError(
            f"Dagster cannot keep its records in {folder} ({type(error).__name__}); free some space on its disk"
            " or correct its permissions, and run again."
        ) from None
    if not any(event.event_type == DagsterEventType.RUN_SUCCESS for event in events):
        raise _failure(events)
    return NightlyRun(run_id, _warnings(events), _held_back(events))


def _execute(
    definitions: dg.Definitions, instance: DagsterInstance, report: Callable[[str], None]
) -> tuple[str, list[DagsterEvent]]:
    """Run the job as a run of the code location that the UI serves, and return the run's id and its events."""
    job = definitions.resolve_job_def(NIGHTLY.name)
    location = RegisteredCodeLocationOrigin(CODE_LOCATION)
    repository = RemoteRepositoryOrigin(location, definitions.get_repository_def().name)
    run = instance.create_run_for_job(
        job,
        run_config=QUIET,
        tags=job.run_tags,
        remote_job_origin=RemoteJobOrigin(repository, job.name),
    )
    events = []
    for event in execute_run_iterator(InMemoryJob(job), run, instance):
        events.append(event)
        if event.event_type == DagsterEventType.STEP_SUCCESS and event.step_key:
            report(event.step_key.replace("__", "/"))
    return run.run_id, events


def _evaluations(events: Sequence[DagsterEvent]) -> Iterator[dg.AssetCheckEvaluation]:
    for event in events:
        if isinstance(event.event_specific_data, dg.AssetCheckEvaluation):
            yield event.event_specific_data


def _warnings(events: Sequence[DagsterEvent]) -> tuple[str, ...]:
    """Return a clause for each check that warns, with the assets it warns of and its counts there.

    What was not evaluated is left out: it is reported with the source that is held back, or belongs to a first load.
    """
    counts: dict[str, list[str]] = {}
    said = set()
    for failed in _evaluations(events):
        evaluated = failed.metadata.get(EVALUATED)
        if failed.passed or failed.severity != dg.AssetCheckSeverity.WARN or (evaluated and not evaluated.value):
            continue
        count = failed.metadata.get("count")
        if failed.description and count is None:
            said.add(f"{failed.check_name} fails: {failed.description}")
        else:
            where = failed.asset_key.path[-1]
            counts.setdefault(failed.check_name, []).append(f"{where} {count.value:,}" if count else where)
    counted = {f"{check} fails ({', '.join(where)}); see it in the UI" for check, where in counts.items()}
    return tuple(sorted(counted | said))


def _held_back(events: Sequence[DagsterEvent]) -> tuple[str, ...]:
    """Return a sentence for each source whose newest delivery was not read or not trusted."""
    sentences = []
    for failed in _evaluations(events):
        if not failed.passed and failed.severity == dg.AssetCheckSeverity.ERROR:
            system, said = failed.asset_key.path[-1], failed.description or failed.check_name
            sentences.append(f"{system}: {said.removeprefix(f'{system}: ').rstrip('.')}.")
    return tuple(sorted(sentences))


def _sentence(failed: dg.AssetCheckEvaluation) -> str:
    """Return a failed check as a clause: where, which, and what it says."""
    said = f": {failed.description}" if failed.description else ""
    return f"{failed.asset_key.to_user_string()}: {failed.check_name}{said}"


def _failure(events: Sequence[DagsterEvent]) -> ConjoinError:
    """Return the first failure of a run as an error of one sentence."""
    for event in events:
        failed = event.event_specific_data
        error = getattr(failed, "error", None)
        while error is not None:
            said = re.match(r"pipelines\.errors\.\w+: (.+)", error.message.strip(), re.DOTALL)
            if said:
                return CheckFailedError(said[1].strip())
            error = error.cause
    blocking = [
        _sentence(failed)
        for failed in _evaluations(events)
        if not failed.passed and failed.severity == dg.AssetCheckSeverity.ERROR
    ]
    if blocking:
        return CheckFailedError(f"A blocking check failed, so nothing was published: {'; '.join(blocking)}.")
    for event in events:
        if event.event_type == DagsterEventType.STEP_FAILURE:
            step = str(event.step_key).replace("__", "/")
            return CheckFailedError(
                f"The step {step} failed unexpectedly, so nothing was published; see its run in the UI."
            )
    return CheckFailedError("The run failed before its first step, so nothing was published; see it in the UI.")
