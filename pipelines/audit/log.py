"""Writing and reading the audit log."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from pipelines.audit import anchor, head
from pipelines.audit.entry import ITSELF, Act, Action, Entry, chained, line_of
from pipelines.audit.files import append, entries, opened, repair, undisturbed, writable
from pipelines.audit.head import BESIDE, Head
from pipelines.audit.signature import Signer
from pipelines.audit.standing import standing
from pipelines.audit.warehouse import keep
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.settings import Settings

_WITH_KEY = "entries are vouched for by a signature with this key from here on"


def login() -> str:
    """Return the name of the account that this process runs under, whatever its environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def record(
    settings: Settings,
    *,
    action: Action,
    who: str,
    what: Mapping[str, Any],
    why: str,
    kept_in: DuckDBPyConnection | None = None,
) -> Entry:
    """Append an entry, on the disk when this returns; see `record_all`.

    Args:
        settings: where the log lies.
        action: which kind of processing.
        who: the person, or the process acting for one.
        what: ids and counts of what it touched, as JSON values; never a name.
        why: the reason, in words.
        kept_in: the warehouse's writer, where it is open.
    """
    (entry,) = record_all(settings, [Act(action, who, what, why)], kept_in=kept_in)
    return entry


def record_all(settings: Settings, acts: Sequence[Act], *, kept_in: DuckDBPyConnection | None = None) -> list[Entry]:
    """Append an entry for each act, on the disk when this returns; writers in other processes wait for each other.

    What is about to be written is noted apart from the log first, so that what a process leaves that is killed at any
    moment is told from what was forged. A last line that it left half-written is moved to `torn-<hash>.txt`, and an
    entry says so.

    Args:
        settings: where the log lies.
        acts: what was done, in order.
        kept_in: the warehouse's writer, where it is open: the head is kept in it as well, once it commits.

    Returns:
        Their entries.

    Raises:
        ConfigurationError: an action is not one of the six, who or why is empty, or `what` is not JSON; the log is
            signed with a key that is not given.
        StorageError: the log or its anchor cannot be written; what was in the log stays as it was.
        ConjoinError: the log is not whole.
    """
    checked = [_checked(act) for act in acts]
    if not checked:
        return []
    signer = Signer.of(settings)
    with writable(settings.audit), opened(settings.audit) as log:
        stands = standing(settings, signer)
        size, notes = repair(settings.audit, log, settled=stands.settled)
        before, unsaid = stands.end(settings, log, size)
        if signer.name and not stands.key:
            notes.append(Act("alteration", ITSELF, {"key": signer.name}, _WITH_KEY))
        added: list[Entry] = []
        for act in (*notes, *checked):
            added.append(chained(act, added[-1].hash if added else before.hash))
        after = Head(before.entries + len(added), added[-1].hash)
        said = stands.beside.head if stands.beside else head.EMPTY
        head.write(settings.audit_head, said, signer, [*unsaid, *(entry.hash for entry in added)])
        append(log, size, "".join(line_of(entry) for entry in added).encode())
        if settings.audit_anchor:
            anchor.add(settings.audit_anchor, after)
        head.write(settings.audit / BESIDE, after, signer)
        head.write(settings.audit_head, after, signer)
        if kept_in is not None:
            keep(kept_in, after)
    return added[len(notes) :]


def keep_head(settings: Settings, con: DuckDBPyConnection) -> None:
    """Keep the head of the log, where there is one, in the warehouse; snapshots take it from there.

    Raises:
        ConjoinError: the warehouse knows of entries that the log lacks.
    """
    with undisturbed(settings.audit):
        held = standing(settings, Signer.of(settings)).beside
    if held:
        keep(con, held.head)


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
    head.read(settings.audit / BESIDE, Signer(unchecked=True))
    for _, entry in entries(settings.audit):
        yield entry
