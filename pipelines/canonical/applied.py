"""What applying a load did: rows in against rows out, records changed, and whether the load may be trusted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from linkage_models.words import counted
from pipelines import audit
from pipelines.canonical.counts import QUALITY, Balance, FieldQuality
from pipelines.canonical.profile import Drift, Held

if TYPE_CHECKING:
    from pipelines.landing.changes import Difference
    from pipelines.landing.manifest import Load
    from pipelines.source import SourceSpec

COUNTS = ("records_before", "records_new", "records_changed", "records_deleted")
"""Counts of a whole load: fields of `Applied` and columns of `nominal.load`."""


NO_FAULT = FieldQuality(*(0 for _ in QUALITY))


@dataclass(frozen=True)
class Applied:
    """What applying a load did, or would have done: rows in against rows out, and nominal records changed.

    Attributes:
        load: the load.
        balances: per resource its rows extracted, accepted, quarantined and deleted in the source.
        reasons: rows in quarantine per reason.
        records_before: nominal records the source held before.
        records_new: nominal records it added.
        records_changed: nominal records it changed.
        records_deleted: nominal records it removed.
        quality: what the fields of its accepted rows lack.
        drift: how the load differs from those before it.
        held: whether the source holds any of what the checks on its load look at.
        staged: whether its rows could be read as the YAML says; where not, the counts above are all zero.
        refused: why the load was not taken over, as a clause; None if it is in force.
        failed: why the source's newest delivery could not be landed, as a sentence; None if it was.
        repeated: whether it was in force already.
    """

    load: Load
    balances: dict[str, Balance]
    reasons: dict[str, int]
    records_before: int
    records_new: int
    records_changed: int
    records_deleted: int
    quality: FieldQuality
    drift: Drift
    held: Held
    staged: bool = True
    refused: str | None = None
    failed: str | None = None
    repeated: bool = False

    @classmethod
    def not_applied(cls, load: Load, why: str, columns: dict[str, Difference] | None) -> Applied:
        """Return the result of a load that could not be staged, with how its columns differ from before."""
        return cls(load, {}, {}, 0, 0, 0, 0, NO_FAULT, Drift(columns), Held(), staged=False, refused=why)

    @property
    def extracted(self) -> int:
        """Rows the source gave."""
        return sum(extracted for extracted, *_ in self.balances.values())

    @property
    def accepted(self) -> int:
        """Rows that became a nominal record or an item."""
        return sum(accepted for _, accepted, *_ in self.balances.values())

    @property
    def quarantined(self) -> int:
        """Rows in quarantine."""
        return sum(quarantined for _, _, quarantined, _ in self.balances.values())

    @property
    def state(self) -> str:
        """The state of the source's feed, as `nominal.feed` holds it."""
        return "failed" if self.failed else "refused" if self.refused else "current"

    def in_words(self) -> str:
        """Return what became of the load, as a line for a log: counts alone, and no value of any row."""
        load = f"{self.load.system}: load {self.load.load_id}"
        if not self.staged:
            return f"{load} cannot be read as the source's YAML says"
        if self.repeated:
            return f"{load} is in force already"
        rows = (
            f"{counted(self.extracted, 'row')}, {self.accepted:,} accepted, {self.quarantined:,} quarantined;"
            f" {counted(self.records_new, 'nominal record')} new, {self.records_changed:,} changed,"
            f" {self.records_deleted:,} deleted"
        )
        return f"{load} {'is refused' if self.refused else 'is in force'}: {rows}"

    def acts(self, who: str) -> list[audit.Act]:
        """Return what the audit log is to be told before this is in force: what was altered, and what was erased.

        That the rows were collected, it was told when they were landed.

        Args:
            who: who takes the load over.
        """
        load = {"system": self.load.system, "load": self.load.load_id}
        done: tuple[tuple[audit.Action, int, str], ...] = (
            ("alteration", self.records_changed, "the source system delivered nominal records otherwise than before"),
            ("erasure", self.records_deleted, "the source system holds these nominal records no longer"),
        )
        return [audit.Act(action, who, {**load, "records": count}, why) for action, count, why in done if count]

    def judged(self, spec: SourceSpec) -> Applied:
        """Return the same with the reasons, if any, why the source's limits do not allow the load to be taken over."""
        held = self.records_before + self.records_new - self.records_deleted
        faults = [
            f"{count:,} of {whole:,} {rows} {one if count == 1 else many}, more than {limit:.0%}"
            for count, whole, limit, rows, one, many in (
                (self.quarantined, self.extracted, spec.max_quarantine_share,
                 "rows", "is in quarantine", "are in quarantine"),
                (self.quality.unreadable_dates, self.quality.dates_given, spec.max_quarantine_share,
                 "dates", "cannot be read", "cannot be read"),
                (self.quality.unknown_kinds, self.extracted, spec.max_quarantine_share,
                 "identifiers or contact points", "is of an unknown kind", "are of an unknown kind"),
                (self.records_deleted, self.records_before, spec.max_deleted_share,
                 "nominal records", "is gone", "are gone"),
            )
            if count > limit * whole
        ]  # fmt: skip
        if not held:
            faults.append("it holds no nominal record")
        elif spec.expected_records and not spec.expected_records[0] <= held <= spec.expected_records[1]:
            least, most = spec.expected_records
            faults.append(f"it holds {counted(held, 'nominal record')} where {least:,} to {most:,} are expected")
        faults += [
            f"{fallen.share:.0%} of the nominal records have `{fallen.field}` where {fallen.usual:.0%} had"
            for fallen in self.drift.completeness
            if fallen.usual - fallen.share > spec.max_completeness_drop
        ]
        return replace(self, refused="; ".join(faults) or None)
