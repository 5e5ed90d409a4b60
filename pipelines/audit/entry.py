"""One entry of the audit log: what it holds, how it is hashed and how it is written as a line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from pipelines.errors import ConjoinError

Action = Literal["collection", "alteration", "consultation", "disclosure", "combination", "erasure"]
"""The kinds of processing that section 62 requires to be logged."""

ITSELF = "audit"
"""Who the log names where it tells of itself."""

FIRST = "0" * 64
"""What the first entry holds in place of the hash of the one before."""


@dataclass(frozen=True, slots=True)
class Act:
    """What was done, to be entered in the log.

    Attributes:
        action: which kind of processing.
        who: the person, or the process acting for one.
        what: ids and counts of what it touched, as JSON values; never a name.
        why: the reason, in words.
    """

    action: Action
    who: str
    what: Mapping[str, Any]
    why: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log.

    Attributes:
        at: when, by the clock (UTC, ISO 8601).
        who: the person, or the process acting for one.
        action: which kind of processing.
        what: ids and counts of what it touched; never a name.
        why: the reason, in words.
        prev: hash of the entry before.
        hash: SHA-256, in hexadecimal, of all of the above as JSON with sorted keys.
    """

    at: str
    who: str
    action: str
    what: dict[str, Any]
    why: str
    prev: str
    hash: str

    def as_dict(self) -> dict[str, Any]:
        """Return the entry as plain values, as its line in the log holds them."""
        return asdict(self)


def chained(act: Act, prev: str) -> Entry:
    """Return what was done as a new entry that follows the one with the given hash."""
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    unsigned = Entry(at, act.who, act.action, dict(act.what), act.why, prev, hash="")
    return replace(unsigned, hash=hash_of(unsigned))


def hash_of(entry: Entry) -> str:
    """Return the hash an entry must hold: SHA-256 of its other fields as JSON with sorted keys."""
    content = {key: value for key, value in entry.as_dict().items() if key != "hash"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def line_of(entry: Entry) -> str:
    """Return an entry as a line of the log."""
    return json.dumps(entry.as_dict(), ensure_ascii=False) + "\n"


def parsed(line: bytes) -> Entry | None:
    """Return the entry a line holds, or None if it holds none, or holds one otherwise than it would be written."""
    try:
        content: dict[str, Any] = json.loads(line)
        if not isinstance(content["what"], dict):
            return None
        entry = Entry(**content)
        return entry if line_of(entry).encode().rstrip(b"\n") == line.removesuffix(b"\n") else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def broken(problem: str) -> ConjoinError:
    """Return the error of a log that is not as it was written."""
    return ConjoinError(f"The audit log is not whole: {problem}; compare it with a backup before relying on it.")
