"""The audit log's head, how many entries there are and the last one's hash, as it is kept beside the log and apart.

`audit/head.json` lies beside the log, `audit-head.json` apart from it, in the home. The second also names, before they
are written, the entries that come next: so an entry that a killed process left after the head is told from a forged
one. Both are signed where there is a key (`signature.py`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines import durable
from pipelines.audit.entry import FIRST, broken
from pipelines.formats import FORMAT, UNNUMBERED, numbered, without_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.audit.signature import Signer

BESIDE, APART = "head.json", "audit-head.json"

KEPT_APART_SINCE = 3
"""The format from which on the head is kept apart from the log as well."""

_HASH = re.compile(r"[0-9a-f]{64}")


class Head(NamedTuple):
    """How many entries were written, and the hash of the last."""

    entries: int
    hash: str


EMPTY = Head(0, FIRST)


@dataclass(frozen=True)
class Kept:
    """A head as a file keeps it.

    Attributes:
        head: the head.
        intended: hashes of the entries that were to be written next, in order.
        key: which key it is signed with; None without a signature.
        number: the format it was written in.
    """

    head: Head
    intended: tuple[str, ...] = ()
    key: str | None = None
    number: int = FORMAT

    @property
    def after(self) -> Head:
        """The head once all that was intended is written."""
        return Head(self.head.entries + len(self.intended), self.intended[-1]) if self.intended else self.head


def read(path: Path, signer: Signer) -> Kept | None:
    """Return a head that was kept; None where there is none.

    Raises:
        FormatError: a later version of Conjoin wrote it.
        ConfigurationError: it is signed with a key that is not given.
        ConjoinError: it was altered.
    """
    altered = broken(f"its `{path.name}` was altered")
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        content: dict[str, Any] = json.loads(written)
        number = content.get("format", UNNUMBERED)
        unnumbered = without_number(content, path)
    except (AttributeError, ValueError, TypeError, RecursionError):
        raise altered from None
    if json.dumps(content).encode() != written:  # a name given twice, or anything else that reads as it does not say
        raise altered
    signature = unnumbered.pop("signature", None)
    key = unnumbered.pop("key", None)
    try:
        kept = Kept(Head(unnumbered.pop("entries"), unnumbered.pop("hash")),
                    tuple(unnumbered.pop("intended", ())), key, number)  # fmt: skip
    except (KeyError, TypeError):
        raise altered from None
    if unnumbered or not _is_head(kept):
        raise altered
    signer.check(key, signature, _signed(path, kept), path.name)
    return kept


def write(path: Path, head: Head, signer: Signer, intended: Sequence[str] = ()) -> None:
    """Keep a head, and what is to be written next; on the disk, whole, when this returns."""
    kept = Kept(head, tuple(intended), signer.name)
    content: dict[str, Any] = {"entries": head.entries, "hash": head.hash}
    if path.name == APART:
        content["intended"] = list(intended)
    if signer.name:
        content |= {"key": signer.name, "signature": signer.sign(_signed(path, kept))}
    durable.write(path, json.dumps(numbered(content)).encode())


def _is_head(kept: Kept) -> bool:
    entries: Any
    entries, last = kept.head
    hashes: list[Any] = [last, *kept.intended]
    return (
        type(entries) is int  # `true` is one too
        and entries >= 0
        and all(isinstance(held, str) and _HASH.fullmatch(held) for held in hashes)
        and (entries == 0) == (last == FIRST)
        and (kept.key is None or isinstance(kept.key, str))
    )


def _signed(path: Path, kept: Kept) -> bytes:
    """Return what a signature is of: the head and which of the files it stands in, so that neither passes for both."""
    return json.dumps([path.name, kept.head.entries, kept.head.hash, kept.intended, kept.key]).encode()
