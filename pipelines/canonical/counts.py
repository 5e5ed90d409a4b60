"""Counts of what is staged: rows in against rows out of every resource, and what accepted rows lack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast

from linkage_models.relations import single_row, single_value, statement
from pipelines.canonical.bind import landed_rows
from pipelines.canonical.given import counted_resources
from pipelines.source.extract import resources

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.canonical.staging import Staging

BALANCE = ("rows_extracted", "rows_accepted", "rows_quarantined", "rows_deleted")
"""Columns of `nominal.load` that a `Balance` fills."""

Balance = tuple[int, int, int, int]
"""Rows of a resource: extracted, accepted, quarantined, and deleted in the source."""


class FieldQuality(NamedTuple):
    """What the fields of accepted rows lack; also columns of `nominal.load`.

    Attributes:
        dates_given: dates in them.
        unreadable_dates: those that could not be read and are left empty.
        unmapped_codes: codes that the source's code lists lack, which are kept as they are.
        unknown_kinds: identifiers and contact points of a kind Conjoin does not know, which are left out.
        invalid_identifiers: identifiers held that fail the check of their kind.
        implausible_birth_dates: dates of birth that could be read and are left out: outside the years that the source
            may hold, or after the delivery.
        placeholder_birth_dates: dates of birth that only fill the field, such as 1900-01-01; left out.
        partial_birth_dates: dates of birth of which the year, or year and month, is known.
    """

    dates_given: int
    unreadable_dates: int
    unmapped_codes: int
    unknown_kinds: int
    invalid_identifiers: int
    implausible_birth_dates: int
    placeholder_birth_dates: int
    partial_birth_dates: int


QUALITY = FieldQuality._fields


@dataclass(frozen=True)
class Counts:
    """The balance of each resource, and the quality of all of them."""

    balances: dict[str, Balance]
    quality: FieldQuality

    def __add__(self, other: Counts) -> Counts:
        return self._with(other, 1)

    def __sub__(self, other: Counts) -> Counts:
        return self._with(other, -1)

    def _with(self, other: Counts, sign: int) -> Counts:
        def combined(ours: Sequence[int], theirs: Sequence[int]) -> Iterator[int]:
            return (one + sign * another for one, another in zip(ours, theirs, strict=True))

        none = (0,) * len(BALANCE)
        balances = {
            name: cast("Balance", tuple(combined(self.balances.get(name, none), other.balances.get(name, none))))
            for name in self.balances | other.balances
        }
        return Counts(balances, FieldQuality(*combined(self.quality, other.quality)))


def staged_counts(staging: Staging) -> Counts:
    """Return the counts of what is staged."""
    con, spec, load = staging.con, staging.spec, staging.load
    balances = {}
    key = {"record": spec.record.source, "resources": list(counted_resources(spec))}
    for name, elements, accepted, quarantined, merged in con.execute(statement(__file__, "balance"), key).fetchall():
        if name in load.rows:
            extracted = load.rows[name] + load.quarantined.get(name, 0)
            balances[name] = (extracted, accepted, quarantined, merged + _tombstones(staging, name))
        else:
            balances[name] = (elements, accepted, quarantined, 0)
    return Counts(balances, FieldQuality(*single_row(con, statement(__file__, "quality"))))


def _tombstones(staging: Staging, resource: str) -> int:
    """Return how many rows of a landed resource say that they are deleted."""
    deleted = resources(staging.spec.extract)[resource].deleted
    if not deleted:
        return 0
    rows = landed_rows(staging.folder, resource, touched=staging.touched)
    return int(single_value(staging.con, f"SELECT count(*) FROM ({rows} WHERE ({deleted})::BOOLEAN)"))


def counts_in_force(con: DuckDBPyConnection, system: str, load_id: str) -> Counts:
    """Return what was counted when a load was applied."""
    rows = con.execute(
        # A count that an earlier version did not make is none.
        f"SELECT resource, {', '.join(BALANCE)}, {', '.join(f'coalesce({name}, 0)' for name in QUALITY)} "
        "FROM nominal.load "
        "WHERE source_system = $system AND load_id = $load_id ORDER BY resource",
        {"system": system, "load_id": load_id},
    ).fetchall()
    return Counts(
        {name: (read, taken, held, gone) for name, read, taken, held, gone, *_ in rows}, FieldQuality(*rows[0][5:])
    )
