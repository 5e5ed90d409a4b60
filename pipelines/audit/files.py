"""The audit log's files: the log under its lock, the head beside it, and what a killed process left half written."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines import durable
from pipelines.audit.entry import FIRST, Act, Entry, parsed
from pipelines.errors import ConjoinError, storage_errors
from pipelines.formats import numbered, without_number

_LOG = "audit.jsonl"
_HEAD = "head.json"


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Make the folder, and turn an error of the operating system inside the block into one StorageError."""
    with storage_errors():
        folder.mkdir(parents=True, exist_ok=True)
        yield


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


def repair(folder: Path, log: int) -> tuple[int, list[Act]]:
    """Move a torn last line out of the log; return the log's size in bytes, and the acts to record about it."""
    size = os.fstat(log).st_size
    start = _last_line_start(log, size)
    if start == size:
        return size, []
    fragment = os.pread(log, size - start, start)
    if parsed(fragment) is not None:
        os.write(log, b"\n")
        return size + 1, []
    digest = hashlib.sha256(fragment).hexdigest()
    aside = folder / f"torn-{digest[:16]}.txt"
    explained = "A process was killed while it wrote this line to the audit log; it was moved here and is no entry.\n"
    _write_whole(aside, explained.encode() + fragment)
    os.ftruncate(log, start)
    os.fsync(log)
    what = {"file": aside.name, "bytes": len(fragment), "sha256": digest}
    return start, [Act("alteration", "audit", what, "a line that a killed process left half-written was moved aside")]


def tail(folder: Path, log: int, size: int) -> tuple[int, str]:
    """Return how many entries the log holds and the hash of the last."""
    if size == 0:
        head = read_head(folder)
        if head and head[0]:
            raise broken("its entries are missing, from line 1 on")
        # The head comes first, so that a log without one was tampered with, wherever its first writer was killed.
        write_head(folder, 0, FIRST)
        return 0, FIRST
    start = _last_line_start(log, size - 1)
    last = parsed(os.pread(log, size - 1 - start, start))
    head = read_head(folder)
    if last is not None and head and head[1] == last.hash:
        return head[0], last.hash
    # A process was killed between the log and its head: count once, by reading.
    lines = sum(1 for _ in entries(folder))
    if last is None:
        raise broken(f"line {lines} is not an entry")
    check_count(folder, lines)
    return lines, last.hash


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


def check_count(folder: Path, lines: int) -> None:
    """Raise a ConjoinError if the head knows of more entries than the log has lines."""
    head = read_head(folder)
    if head and lines < head[0]:
        raise broken(f"it ends after line {lines} but {head[0]} entries were written: line {lines + 1} is missing")
    if head is None and lines:
        raise broken(f"its `{_HEAD}` is missing, so nobody can tell how many entries there were")


def read_head(folder: Path) -> tuple[int, str] | None:
    """Return how many entries were written and the hash of the last; None before the first.

    Raises:
        FormatError: a later version of Conjoin has written to the log.
        ConjoinError: the head was altered.
    """
    try:
        head = without_number(json.loads((folder / _HEAD).read_bytes()), folder / _HEAD)
        return int(head["entries"]), str(head["hash"])
    except FileNotFoundError:
        return None
    except (AttributeError, ValueError, TypeError, KeyError):
        raise broken(f"its `{_HEAD}` was altered") from None


def write_head(folder: Path, entries: int, last: str) -> None:
    """Write down how many entries the log has, and the hash of the last."""
    _write_whole(folder / _HEAD, json.dumps(numbered({"entries": entries, "hash": last})).encode())


def broken(problem: str) -> ConjoinError:
    """Return the error of a log that is not as it was written."""
    return ConjoinError(f"The audit log is not whole: {problem}; compare it with a backup before relying on it.")


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


def _write_whole(path: Path, data: bytes) -> None:
    """Write a small file whole or not at all."""
    beside = path.with_name(f".{path.name}.unfinished")
    with beside.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(data)
    durable.replace(beside, path)
