"""Writing, reading and verifying the audit log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from pipelines.audit.entry import FIRST, Act, Action, Entry, chained, hash_of, line_of
from pipelines.audit.files import (
    append,
    broken,
    check_count,
    entries,
    opened,
    read_head,
    repair,
    tail,
    writable,
    write_head,
)
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings


def record(settings: Settings, *, action: Action, who: str, what: Mapping[str, Any], why: str) -> Entry:
    """Append an entry, which is on the disk when this returns; see `record_all`.

    Args:
        settings: where the log lies.
        action: which kind of processing.
        who: the person, or the process acting for one.
        what: ids and counts of what it touched, as JSON values; never a name.
        why: the reason, in words.
    """
    (entry,) = record_all(settings, [Act(action, who, what, why)])
    return entry


def record_all(settings: Settings, acts: Sequence[Act]) -> list[Entry]:
    """Append an entry for each act, on the disk when this returns. Writers in several processes wait for each other.

    A last line that a killed process left half-written is moved to `torn-<hash>.txt` first, and an entry says so.

    Args:
        settings: where the log lies.
        acts: what was done, in order.

    Returns:
        Their entries.

    Raises:
        ConfigurationError: an action is not one of the six, who or why is empty, or `what` is not JSON.
        StorageError: the log cannot be written; what was in it stays as it was.
        ConjoinError: the last entry cannot be read, so nothing can be chained to it.
    """
    checked = [_checked(act) for act in acts]
    with writable(settings.audit), opened(settings.audit) as log:
        size, notes = repair(settings.audit, log)
        lines, prev = tail(settings.audit, log, size)
        added: list[Entry] = []
        for act in (*notes, *checked):
            entry = chained(act, prev)
            added.append(entry)
            prev = entry.hash
        append(log, size, "".join(line_of(entry) for entry in added).encode())
        write_head(settings.audit, lines + len(added), prev)
    return added[len(notes) :]


def _checked(act: Act) -> Act:
    if act.action not in get_args(Action):
        raise ConfigurationError(f"`{act.action}` is not an audit action; use one of {', '.join(get_args(Action))}.")
    if not act.who.strip() or not act.why.strip():
        raise ConfigurationError("An audit entry needs who acted and why; give both.")
    try:
        return replace(act, what=json.loads(json.dumps(dict(act.what), ensure_ascii=False, allow_nan=False)))
    except (TypeError, ValueError):
        raise ConfigurationError(
            "What an audit entry touched must be plain JSON values; give ids and counts."
        ) from None


def read(settings: Settings) -> Iterator[Entry]:
    """Yield the entries, oldest first.

    Args:
        settings: where the log lies.

    Raises:
        FormatError: a later version of Conjoin has written to the log.
        ConjoinError: a line is not an entry.
    """
    read_head(settings.audit)
    for _, entry in entries(settings.audit):
        yield entry


def verify(settings: Settings) -> None:
    """Check that every entry is as it was written and in its place, and that none is missing.

    A last line that is only half there is not an entry yet: the next `record` moves it aside.

    Raises:
        ConjoinError: names the line that was altered, or at which entries are missing.
    """
    head = read_head(settings.audit)
    prev, line = FIRST, 0
    for line, entry in entries(settings.audit):
        if entry.hash != hash_of(entry):
            raise broken(f"line {line} was altered after it was written")
        if entry.prev != prev:
            raise broken(f"line {line} does not follow the one before it: an entry was removed, added or moved there")
        prev = entry.hash
        if head and line == head[0] and prev != head[1]:
            raise broken(f"line {line} is not the entry that was written there")
    check_count(settings.audit, line)
