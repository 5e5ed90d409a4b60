"""The run lock: one run at a time in one home, however it was started."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.errors import WarehouseBusyError, storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.settings import Settings


@contextmanager
def run_lock(settings: Settings) -> Iterator[None]:
    """Hold the home's run lock; the operating system lets go of it when the process ends, however it ends.

    Raises:
        WarehouseBusyError: another run holds it.
    """
    with storage_errors():
        settings.home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(settings.home / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            message = (
                f"Another run (process {holder}) is at work in {settings.home}; "
                "wait for it to finish, then start this one again."
            )
            raise WarehouseBusyError(message) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
