"""The audit log's file of lines: under its lock, read, added to, and what a killed process left half-written."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines import durable
from pipelines.audit.entry import ITSELF, Act, Entry, broken, parsed
from pipelines.errors import storage_errors

_LOG = "audit.jsonl"

NOT_WHOLE = "its last line is cut short, and no process was killed while it wrote one"


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Make the folder, and turn an error of the operating system inside the block into one StorageError."""
    with storage_errors():
        folder.mkdir(parents=True, exist_ok=True)
        yield


@contextmanager
def undisturbed(folder: Path) -> Iterator[None]:
    """Let nobody add to the log meanwhile; where there is none there is nothing to hold."""
    try:
        log = os.open(folder / _LOG, os.O_RDONLY)
    except FileNotFoundError:
        yield
        return
    try:
        fcntl.flock(log, fcntl.LOCK_SH)
        yield
    finally:
        os.close(log)


@contextmanager
def opened(folder: Path) -> Iterator[int]:
    """Open the log for appending and hold its lock; the operating system releases it when the process ends."""
    new = not (folder / _LOG).exists()
    log = os.open(folder / _LOG, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(log, fcntl.LOCK_EX)
        if new:
            durable.sync(folder)
        yield log
    finally:
        os.close(log)


def repair(folder: Path, log: int, *, settled: bool) -> tuple[int, list[Act]]:
    """Return the log's size in bytes after a torn last line was dealt with, and what the log is to say of it.

    Args:
        folder: the log's folder.
        log: the log, opened under its lock.
        settled: whether nothing was about to be written, so that no killed process can have left such a line.

    Raises:
        ConjoinError: the last line is torn although nothing was about to be written.
    """
    size = os.fstat(log).st_size
    start = _last_line_start(log, size)
    if start == size:
        return size, []
    if settled:
        raise broken(NOT_WHOLE)
    fragment = os.pread(log, size - start, start)
    if parsed(fragment) is not None:
        os.write(log, b"\n")
        return size + 1, []
    digest = hashlib.sha256(fragment).hexdigest()
    aside = folder / f"torn-{digest[:16]}.txt"
    explained = "A process was killed while it wrote this line to the audit log; it was moved here and is no entry.\n"
    durable.write(aside, explained.encode() + fragment)
    os.ftruncate(log, start)
    os.fsync(log)
    what = {"file": aside.name, "bytes": len(fragment), "sha256": digest}
    return start, [Act("alteration", ITSELF, what, "a line that a killed process left half-written was moved aside")]


def last_entry(log: int, size: int) -> Entry | None:
    """Return the last entry of a log of a size in bytes; None where it is empty, or the last line is no entry."""
    if size == 0:
        return None
    start = _last_line_start(log, size - 1)
    return parsed(os.pread(log, size - start, start))


def ends_whole(folder: Path) -> bool:
    """Tell whether the last line has its end, or there is none."""
    try:
        with (folder / _LOG).open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            return size == 0 or os.pread(log.fileno(), 1, size - 1) == b"\n"
    except FileNotFoundError:
        return True


def append(log: int, size: int, data: bytes) -> None:
    """Add lines and have them on the disk, or leave the log as long as it was."""
    try:
        written = os.write(log, data)
        if written != len(data):
            os.write(log, data[written:])
        os.fsync(log)
    except OSError:
        os.ftruncate(log, size)
        raise


def entries(folder: Path) -> Iterator[tuple[int, Entry]]:
    """Yield each whole line's number, from 1, and its entry."""
    try:
        with (folder / _LOG).open("rb") as log:
            for number, line in enumerate(log, start=1):
                entry = parsed(line)
                if entry is not None:
                    yield number, entry
                elif line.endswith(b"\n"):
                    raise broken(f"line {number} is not an entry")
    except FileNotFoundError:
        return


def _last_line_start(log: int, size: int) -> int:
    """Return where the unfinished last line starts; the size itself if the last line is whole."""
    position, step = size, 4096
    while position > 0:
        begin = max(0, position - step)
        newline = os.pread(log, position - begin, begin).rfind(b"\n")
        if newline >= 0:
            return begin + newline + 1
        position = begin
    return 0
