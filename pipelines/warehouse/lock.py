"""The run lock: one run at a time in one home, and no command reads the warehouse while one is at work.

A run, or whatever else writes, holds `run.lock` alone; commands that read share it. Whoever waits for it holds
`turn.lock` meanwhile, so that those who come later wait behind: a run gets its turn however many readers come and go.
The operating system lets go of both when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections import defaultdict
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from pipelines.errors import WarehouseBusyError, storage_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pipelines.settings import Settings

_LOG = logging.getLogger(__name__)

RUN_LOCK = "run.lock"

DECISION_SECONDS = 10.0
"""How long whoever writes waits for another that does: a decision being recorded takes a second or so."""

NIGHT_SECONDS = 600.0
"""How long a run waits for those who read: longer than any command reads, and a night can spare it."""

READER_SECONDS = 600.0
"""How long a command that reads waits for its turn: all but the largest nights are over by then."""

_POLL_SECONDS = 0.1
_PATIENT_SECONDS = 2.0
"""A wait that takes longer is told."""


@contextmanager
def run_lock(settings: Settings, patience: float = 0.0, for_readers: float = DECISION_SECONDS) -> Iterator[None]:
    """Hold the home's run lock alone.

    Args:
        settings: the home.
        patience: seconds to wait for another run.
        for_readers: seconds to wait for commands that read the warehouse.

    Raises:
        WarehouseBusyError: another run, or a command that reads, holds it.
    """
    with storage_errors():
        settings.home.mkdir(parents=True, exist_ok=True)
        run, turn = (os.open(path, os.O_RDWR | os.O_CREAT, 0o600) for path in _files(settings))
    try:

        def taken() -> bool:
            return _taken(turn, fcntl.LOCK_EX) and _taken(run, fcntl.LOCK_EX)

        def hindrance() -> _Hindrance:
            if _taken(run, fcntl.LOCK_SH):
                fcntl.flock(run, fcntl.LOCK_UN)
                return _Hindrance(
                    "readers", for_readers,
                    f"A command has been reading {settings.warehouse} for more than {for_readers:.0f} seconds; wait for"
                    " it to finish, then start this one again.",
                )  # fmt: skip
            return _Hindrance(
                "run", patience,
                f"Another run (process {_holder(run)}) is at work in {settings.home}; "
                "wait for it to finish, then start this one again.",
            )  # fmt: skip

        _wait(taken, hindrance, settings)
        os.ftruncate(run, 0)
        os.pwrite(run, str(os.getpid()).encode(), 0)
        fcntl.flock(turn, fcntl.LOCK_UN)
        yield
    finally:
        os.close(run)
        os.close(turn)


@contextmanager
def reading(settings: Settings, patience: float = READER_SECONDS) -> Iterator[None]:
    """Hold the home's run lock together with others that read, so that no run begins meanwhile.

    Args:
        settings: the home; where it can only be read and no run has been in it, there is nothing to hold.
        patience: seconds to wait for a run.

    Raises:
        WarehouseBusyError: a run is at work.
    """
    run, turn = (_opened(path) for path in _files(settings))
    try:

        def taken() -> bool:
            return (turn is None or _taken(turn, fcntl.LOCK_EX)) and (run is None or _taken(run, fcntl.LOCK_SH))

        def hindrance() -> _Hindrance:
            return _Hindrance(
                "run", patience,
                f"A run (process {_holder(run) if run else 'unknown'}) is at work in {settings.home}; "
                "wait for it to finish and ask again.",
            )  # fmt: skip

        _wait(taken, hindrance, settings)
        if turn is not None:
            fcntl.flock(turn, fcntl.LOCK_UN)
        yield
    finally:
        for descriptor in (run, turn):
            if descriptor is not None:
                os.close(descriptor)


def is_held(home: Path) -> bool:
    """Return whether a run, or another command that writes, holds a home's run lock."""
    try:
        descriptor = os.open(home / RUN_LOCK, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        return not _taken(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _files(settings: Settings) -> tuple[Path, Path]:
    return settings.home / RUN_LOCK, settings.home / "turn.lock"


def _opened(path: Path) -> int | None:
    """Open a lock to share it; None where it is not there and cannot be made."""
    with storage_errors():
        with suppress(OSError):
            return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with suppress(FileNotFoundError):
            return os.open(path, os.O_RDONLY)
    return None


def _taken(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class _Hindrance(NamedTuple):
    """Who is in the way of whoever waits, how many seconds to wait for their kind, and what to say after that."""

    kind: str
    patience: float
    sentence: str


def _wait(taken: Callable[[], bool], hindrance: Callable[[], _Hindrance], settings: Settings) -> None:
    """Wait until the lock is taken.

    The seconds are counted for each kind of hindrance by itself: who waited long for readers waits no less for a
    decision that came before it.

    Args:
        taken: tries to take it.
        hindrance: finds what is in the way.
        settings: the home.

    Raises:
        WarehouseBusyError: no more is waited.
    """
    waited: defaultdict[str, float] = defaultdict(float)
    seen, told = time.monotonic(), False
    while not taken():
        kind, patience, sentence = hindrance()
        now = time.monotonic()
        waited[kind] += now - seen
        seen = now
        if waited[kind] >= patience:
            raise WarehouseBusyError(sentence)
        if sum(waited.values()) > _PATIENT_SECONDS and not told:
            _LOG.warning("Another command is at work in %s; waiting for it.", settings.home)
            told = True
        time.sleep(_POLL_SECONDS)


def _holder(run: int) -> str:
    return os.pread(run, 32, 0).decode(errors="replace").strip() or "unknown"
