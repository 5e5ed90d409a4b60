"""The external anchor: a file outside the home to which each new head is added, on a disk that keeps what is written.

A log that was taken back to an earlier state, head and all, still lacks what the anchor tells of.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from pipelines.audit.entry import broken
from pipelines.audit.head import Head
from pipelines.errors import storage_errors

_LINE = re.compile(rb"(\d{1,18}) ([0-9a-f]{64})\n")


def add(path: Path, head: Head) -> None:
    """Add a head, on the disk when this returns.

    Raises:
        StorageError: the anchor cannot be written.
    """
    with storage_errors():
        anchor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(anchor).st_size
            torn = size > 0 and os.pread(anchor, 1, size - 1) != b"\n"
            os.write(anchor, f"{chr(10) if torn else ''}{head.entries} {head.hash}\n".encode())
            os.fsync(anchor)
        finally:
            os.close(anchor)


def heads(path: Path) -> list[Head]:
    """Return every head that was added, oldest first; a line that a killed process left half-written is none.

    Raises:
        ConjoinError: the anchor is missing, or holds none.
    """
    with storage_errors():
        try:
            lines = path.read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            lines = []
    found = [Head(int(line[1]), line[2].decode()) for line in map(_LINE.fullmatch, lines) if line]
    if not found:
        raise broken(f"its anchor {path} is missing or empty")
    return found
