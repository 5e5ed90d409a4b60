"""Proving the audit log: every entry as it was written, in its place, none missing and none added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.audit import anchor
from pipelines.audit.entry import ITSELF, Entry, broken, hash_of
from pipelines.audit.files import NOT_WHOLE, ends_whole, entries, undisturbed
from pipelines.audit.head import APART, BESIDE, EMPTY, Head
from pipelines.audit.signature import Signer
from pipelines.audit.standing import Standing, standing

if TYPE_CHECKING:
    from pipelines.settings import Settings


def verify(settings: Settings, kept: Mapping[str, Head] | None = None) -> None:
    """Prove that every entry is as it was written, in its place, and that none is missing or was added.

    A last line that is only half there is not an entry yet where a process was killed: the next `record` moves it
    aside.

    Args:
        settings: where the log lies.
        kept: heads that are kept elsewhere, each by where that is: in the warehouse and the snapshots.

    Raises:
        ConfigurationError: the log is signed with a key that is not given.
        ConjoinError: names the line that was altered, or at which entries are missing.
    """
    signer = Signer.of(settings)
    with undisturbed(settings.audit):
        stands = standing(settings, signer)
        anchored = anchor.heads(settings.audit_anchor) if settings.audit_anchor and stands.beside else []
        proof = _Proof(stands)
        for where, head in (*_of_files(stands), *(kept or {}).items(), *(("its anchor", added) for added in anchored)):
            proof.known.setdefault(head.entries, {})[where] = head.hash
        for line, entry in entries(settings.audit):
            proof.follow(line, entry)
        if stands.settled and not ends_whole(settings.audit):
            raise broken(NOT_WHOLE)
        proof.end(anchored[-1] if anchored else None)
    proof.signed(signer)


def _of_files(stands: Standing) -> Iterator[tuple[str, Head]]:
    for name, kept in ((BESIDE, stands.beside), (APART, stands.apart)):
        if kept:
            yield f"its `{name}`", kept.head


@dataclass
class _Proof:
    """A proof under way.

    Attributes:
        stands: what the heads say.
        known: of each count of entries, the hash of the last as it is known, by where.
        last: the head of the entries that were followed.
        after: the hashes of those that follow the head which is kept apart.
        keys: every key that the log says was taken into use.
    """

    stands: Standing
    known: dict[int, dict[str, str]] = field(default_factory=dict)
    last: Head = EMPTY
    after: list[str] = field(default_factory=list)
    keys: list[object] = field(default_factory=list)

    def follow(self, line: int, entry: Entry) -> None:
        """Take the next entry."""
        if entry.hash != hash_of(entry):
            raise broken(f"line {line} was altered after it was written")
        if entry.prev != self.last.hash:
            raise broken(f"line {line} does not follow the one before it: an entry was removed, added or moved there")
        for where, known in self.known.pop(line, {}).items():
            if known != entry.hash:
                raise broken(f"line {line} is not the entry that was written there, as {where} knows it")
        self.last = Head(line, entry.hash)
        if self.stands.apart and line > self.stands.apart.head.entries:
            self.after.append(entry.hash)
        if entry.who == ITSELF and entry.what.keys() == {"key"}:
            self.keys.append(entry.what["key"])

    def end(self, anchored: Head | None) -> None:
        """Look that the log ends where it was written to; the anchor may be behind where a process was killed."""
        self.stands.check_end(self.last.entries, self.after)
        self.known.pop(0, None)
        for number in sorted(self.known):
            where = next(iter(self.known[number]))
            raise broken(f"{where} knows of {number} entries, and it ends after line {self.last.entries}")
        apart = self.stands.apart
        behind = apart is not None and not self.stands.settled and anchored == apart.head
        if anchored and anchored != self.last and not behind:
            raise broken(f"its anchor knows of {anchored.entries} entries, and it ends after line {self.last.entries}")

    def signed(self, signer: Signer) -> None:
        """Look that the key, where there is one, has signed the head, and was taken into use once."""
        if signer.name is None or not self.last.entries:
            return
        if self.stands.key is None:
            raise broken("its head is not signed although a key is given (the first entry under a key signs it)")
        if self.keys.count(signer.name) != 1:
            raise broken("it does not tell once, as it must, that the key in force was taken into use")
