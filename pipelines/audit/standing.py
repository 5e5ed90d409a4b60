"""Where the audit log stands: what its heads say of its end, and whether its lines end so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.audit import head
from pipelines.audit.entry import FIRST, broken
from pipelines.audit.files import entries, last_entry
from pipelines.audit.head import APART, BESIDE, KEPT_APART_SINCE, Head, Kept

if TYPE_CHECKING:
    from pipelines.audit.signature import Signer
    from pipelines.settings import Settings


@dataclass(frozen=True)
class Standing:
    """What the two files of the head say.

    Attributes:
        beside: the head beside the log; None before the first entry.
        apart: the head apart from it; None in a home of before it was kept there, and before the first entry.
    """

    beside: Kept | None
    apart: Kept | None

    @property
    def settled(self) -> bool:
        """Whether nothing was about to be written, so that the log must end just as the head says."""
        return self.apart is not None and not self.apart.intended

    @property
    def key(self) -> str | None:
        """The key that the head is signed with; None without a signature."""
        held = self.apart or self.beside
        return held.key if held else None

    def check_end(self, lines: int, after: Sequence[str]) -> None:
        """Raise unless the log ends as the heads say, or in the midst of what was about to be written.

        Args:
            lines: how many entries the log has.
            after: hashes of those that follow the head apart from it.

        Raises:
            ConjoinError: entries are missing, or were added.
        """
        if self.apart is None:
            written = self.beside.head.entries if self.beside else 0
            if self.beside is None and lines:
                raise broken(f"its `{BESIDE}` is missing, so nobody can tell how many entries there were")
        else:
            written = self.apart.head.entries
            wrong = [
                number
                for number, (had, meant) in enumerate(zip(after, self._meant(after), strict=True))
                if had != meant
            ]
            if wrong:
                raise broken(f"line {written + wrong[0] + 1} was not written by Conjoin")
            if self.beside and self.beside.head == self.apart.after:
                written = self.apart.after.entries
        if lines < written:
            raise broken(f"it ends after line {lines} but {written} entries were written: line {lines + 1} is missing")

    def _meant(self, after: Sequence[str]) -> list[str | None]:
        meant: list[str | None] = list(self.apart.intended) if self.apart else []
        return (meant + [None] * len(after))[: len(after)]

    def end(self, settings: Settings, log: int, size: int) -> tuple[Head, list[str]]:
        """Return the head of the log as it is, and the hashes of its entries that the head beside it does not know.

        The latter are there if the process that wrote them was killed before it could say so.

        Args:
            settings: where the log lies.
            log: the log, opened under its lock.
            size: its size in bytes, without a torn last line.

        Raises:
            ConjoinError: it does not end as the heads say.
        """
        if self.settled and self.apart:
            last = last_entry(log, size)
            if (last.hash if last else FIRST) == self.apart.head.hash:
                return self.apart.head, []
        kept = self.apart or self.beside
        known = kept.head if kept else head.EMPTY
        lines, last_hash, after = 0, FIRST, []
        for lines, entry in entries(settings.audit):
            last_hash = entry.hash
            if lines == known.entries and last_hash != known.hash:
                raise broken(f"line {lines} is not the entry that was written there")
            if lines > known.entries:
                after.append(last_hash)
        self.check_end(lines, after)
        end = Head(lines, last_hash)
        return end, [] if self.beside and self.beside.head == end else after


def standing(settings: Settings, signer: Signer) -> Standing:
    """Return what the heads say.

    Raises:
        FormatError: a later version of Conjoin wrote to the log.
        ConfigurationError: they are signed with a key that is not given.
        ConjoinError: one is missing or was altered.
    """
    beside, apart = (head.read(path, signer) for path in (settings.audit / BESIDE, settings.audit_head))
    if apart is None:
        if beside and beside.number >= KEPT_APART_SINCE:
            raise broken(f"its `{APART}`, which lies in the home, is missing")
        return Standing(beside, apart)
    if beside is None:
        if apart.head.entries:
            raise broken(f"its `{BESIDE}` is missing, or with it all of the log")
    elif beside.head not in (apart.head, apart.after) or (beside.head == apart.after and beside.key != apart.key):
        raise broken(f"its `{BESIDE}` was altered")
    return Standing(beside, apart)
