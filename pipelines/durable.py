"""Files that survive a loss of power: written to the disk, and there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(finished: Path, path: Path) -> None:
    """Move a finished file over another in the same folder: readers find the old one or the new one."""
    sync(finished)
    finished.replace(path)
    sync(path.parent)


def write(path: Path, data: bytes) -> None:
    """Write a small file that its owner alone can read; a full disk or a kill leaves the one that was there."""
    beside = path.with_name(f".{path.name}.unfinished")
    try:
        with beside.open("wb") as file:
            beside.chmod(0o600)
            file.write(data)
        replace(beside, path)
    except OSError as error:
        error.filename = str(path)  # what the reader of the error knows
        raise
    finally:
        beside.unlink(missing_ok=True)
