"""The run lock: one run at a time in one home, however it was started."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.errors import WarehouseBusyError, storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.settings import Settings


DECISION_SECONDS = 10.0
"""How long a run waits for the lock before it gives up: a decision being recorded holds it for a second or so."""


@contextmanager
def run_lock(settings: Settings, patience: float = 0.0) -> Iterator[None]:
    """Hold the home's run lock; the operating system lets go of it when the process ends, however it ends.

    Args:
        settings: the home.
        patience: seconds to wait for another holder.

    Raises:
        WarehouseBusyError: another run holds it.
    """
    with storage_errors():
        settings.home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(settings.home / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + patience
        while not (held := _taken(descriptor)) and time.monotonic() < deadline:
            time.sleep(0.2)
        if not held:
            holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            raise WarehouseBusyError(
                f"Another run (process {holder}) is at work in {settings.home}; "
                "wait for it to finish, then start this one again."
            )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
