"""Folders that take long to make, and that tests of several workers use: made once, and copied for each worker."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipelines.nights import copy_of_tree


def made_once(name: str, make: Callable[[Path], None], factory: pytest.TempPathFactory) -> Path:
    """Return a copy, of this worker alone, of a folder that the first worker to want it makes.

    Args:
        name: what to call it.
        make: fills the new folder.
        factory: gives the folder of this worker, which lies in that of the session.
    """
    session = factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else factory.getbasetemp()
    made = session / f"shared-{name}"
    with (session / f"shared-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            making = session / f"shared-{name}.unfinished"
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            make(making)
            making.rename(made)
    return copy_of_tree(made, factory.mktemp(name) / "own")
