"""Counts of what is staged: rows in against rows out of every resource, and what accepted rows lack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, cast

from linkage_models.relations import literal
from pipelines.canonical.bind import landed_view
from pipelines.canonical.stage import ACCEPTED_ONLY, resources
from pipelines.landing.changes import parquet
from pipelines.source.extract import resources as landed_resources

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.landing.manifest import Load
    from pipelines.source import SourceSpec

BALANCE = ("rows_extracted", "rows_accepted", "rows_quarantined", "rows_deleted")
"""Columns of `nominal.load` that a `Balance` fills."""

Balance = tuple[int, int, int, int]
"""Rows of a resource: extracted, accepted, quarantined, and deleted in the source."""


class Quality(NamedTuple):
    """What the fields of accepted rows lack; also columns of `nominal.load`.

    Attributes:
        dates_given: dates in them.
        unreadable_dates: those that could not be read and are left empty.
        unmapped_codes: codes that the source's code lists lack, which are kept as they are.
        unknown_kinds: identifiers and contact points of a kind Conjoin does not know, which are left out.
        invalid_identifiers: identifiers held that fail the check of their kind.
    """

    dates_given: int
    unreadable_dates: int
    unmapped_codes: int
    unknown_kinds: int
    invalid_identifiers: int


QUALITY = Quality._fields

_QUALITY = """
WITH given AS (
    SELECT dates_given, unreadable_dates, unmapped_codes, false AS unknown, NULL AS valid
    FROM staged_person WHERE problem IS NULL
    UNION ALL
    SELECT dates_given, unreadable_dates, unmapped_codes, problem IS NOT NULL, identifier.valid FROM staged_item
    WHERE problem IS NULL OR problem = 'unknown_kind'
)
SELECT coalesce(sum(dates_given), 0), coalesce(sum(unreadable_dates), 0), coalesce(sum(unmapped_codes), 0),
       count(*) FILTER (unknown), count(*) FILTER (NOT unknown AND NOT valid)
FROM given
"""

_BALANCE = """
WITH accepted AS (
    SELECT landed_row, part FROM staged_item WHERE resource = $resource AND problem IS NULL
    UNION SELECT landed_row, 0 FROM staged_person WHERE $is_record AND problem IS NULL
)
SELECT (SELECT count(*) FROM accepted),
       (SELECT count(*) FROM (SELECT DISTINCT landed_row, part FROM staged_quarantine WHERE resource = $resource)),
       (SELECT count(*) FROM staged_person WHERE $is_record AND problem = 'merged'
                                             AND landed_row NOT IN (SELECT landed_row FROM accepted))
"""


@dataclass(frozen=True)
class Counts:
    """Per resource its balance, and the quality of all of them."""

    balance: dict[str, Balance]
    quality: Quality

    def __add__(self, other: Counts) -> Counts:
        return self._with(other, 1)

    def __sub__(self, other: Counts) -> Counts:
        return self._with(other, -1)

    def _with(self, other: Counts, sign: int) -> Counts:
        def combined(ours: Sequence[int], theirs: Sequence[int]) -> Iterator[int]:
            return (one + sign * another for one, another in zip(ours, theirs, strict=True))

        none = (0,) * len(BALANCE)
        balance = {
            name: cast("Balance", tuple(combined(self.balance.get(name, none), other.balance.get(name, none))))
            for name in self.balance | other.balance
        }
        return Counts(balance, Quality(*combined(self.quality, other.quality)))


def staged_counts(
    con: DuckDBPyConnection, spec: SourceSpec, load: Load, folder: Path, *, touched: bool = False
) -> Counts:
    """Return the counts of what is staged from a load, whole or of the touched records alone."""
    balance = {
        name: _balance(con, spec, load, folder, (name, source, each), touched=touched)
        for name, (source, each) in resources(spec).items()
    }
    return Counts(balance, Quality(*_numbers(con, _QUALITY)))


def counts_in_force(con: DuckDBPyConnection, system: str, load_id: str) -> Counts:
    """Return what was counted when a load was applied."""
    rows = con.execute(
        f"SELECT resource, {', '.join(BALANCE)}, {', '.join(QUALITY)} FROM nominal.load "
        "WHERE source_system = $system AND load_id = $load_id ORDER BY resource",
        {"system": system, "load_id": load_id},
    ).fetchall()
    return Counts(
        {name: (read, taken, held, gone) for name, read, taken, held, gone, *_ in rows}, Quality(*rows[0][5:])
    )


def _balance(
    con: DuckDBPyConnection,
    spec: SourceSpec,
    load: Load,
    folder: Path,
    resource: tuple[str, str, str | None],
    *,
    touched: bool,
) -> Balance:
    name, source, each = resource
    parameters = {"resource": name, "is_record": name == spec.record.source}
    accepted, quarantined, merged = _numbers(con, _BALANCE, parameters)
    if each:
        # Elements of quarantined documents stay inside those.
        view = landed_view(folder, spec, source, each, touched=touched)
        (elements,) = _numbers(con, f"SELECT count(*) FROM {view} {ACCEPTED_ONLY.format(row='_row')}")
        return elements, accepted, quarantined, 0
    extracted, rows = load.rows[source], parquet(folder / f"{source}.parquet")
    if touched:
        rows = f"({rows} SEMI JOIN (FROM touched_row WHERE resource = {literal(source)}) USING (_row))"
        (extracted,) = _numbers(con, f"SELECT count(*) FROM {rows}")
    deleted = merged
    if tombstone := landed_resources(spec.extract)[source].deleted:
        deleted += _numbers(con, f"SELECT count(*) FROM {rows} WHERE ({tombstone})::BOOLEAN")[0]
    return extracted + load.rejected.get(source, 0), accepted, quarantined, deleted


def _numbers(con: DuckDBPyConnection, sql: str, parameters: dict[str, object] | None = None) -> tuple[int, ...]:
    row = con.execute(sql, parameters or {}).fetchone()
    return tuple(int(value) for value in row) if row else ()
