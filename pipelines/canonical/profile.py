"""Profile and drift: how complete each field of a load is and which codes it uses, against the loads before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkage_models.relations import Steps, Temporaries, literal, single_row, statement
from pipelines.landing.changes import Difference, difference

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.landing.manifest import Load

HISTORY = 10
"""Loads that a field's usual completeness is the median of, and whose codes are known."""

NOTICED_FALL = 0.05
"""Fall in a field's completeness that is worth a warning: more than a day's changes make of it in a settled source."""

NOTICED_CODE = 20
"""Rows a code must have had before for its absence to be worth a warning."""

CODED = ("alert", "registration", "custody", "sentence", "release_date", "licence_condition", "marker", "assessment",
         "notification", "identifier", "contact_point")  # fmt: skip
"""Kinds of item whose codes come from a list; others number or describe."""

MOST_CODES = 500
"""Codes a kind may have before they are no list: then they are left out."""


@dataclass(frozen=True)
class Fallen:
    """A field that fewer nominal records have than usual: the share now and the median of the loads before."""

    field: str
    share: float
    usual: float


@dataclass(frozen=True)
class Drift:
    """How a load differs from those before it.

    Attributes:
        completeness: the fields that have become less complete, the most first.
        new_codes: codes not used before.
        vanished_codes: codes used often in the load before, and no more.
        columns: per resource how its columns differ from the load before.
    """

    completeness: tuple[Fallen, ...]
    new_codes: int
    vanished_codes: int
    columns: dict[str, Difference]


NO_DRIFT = Drift((), 0, 0, {})


def completeness(con: DuckDBPyConnection, records: str) -> dict[str, int]:
    """Return how many nominal records have each field, and each kind of identifier.

    Args:
        con: holds the records.
        records: a relation shaped as `nominal.record`.
    """
    with Temporaries(con) as own:
        own.view("profiled", f"FROM {records}")
        return dict(con.execute(statement(__file__, "completeness")).fetchall())


def write_profile(con: DuckDBPyConnection, system: str, load_id: str) -> None:
    """Write the profile of what the source holds now, in place of an earlier one of the same load."""
    key = {"system": system, "load_id": load_id}
    con.execute("DELETE FROM nominal.profile WHERE source_system = $system AND load_id = $load_id", key)
    profile = (
        Steps()
        .step("completeness", statement(__file__, "completeness"))
        .step("code_use", statement(__file__, "code_use"))
        .query(statement(__file__, "profile"))
    )
    with Temporaries(con) as own:
        own.view("profiled", f"FROM nominal.record WHERE source_system = {literal(system)}")
        con.execute(
            f"INSERT INTO nominal.profile BY NAME {profile}", {**key, "coded": list(CODED), "most_codes": MOST_CODES}
        )


def find_drift(con: DuckDBPyConnection, landed: list[Load]) -> Drift:
    """Return how the latest load, whose profile is written, differs from those before it that were taken over.

    Args:
        con: the warehouse.
        landed: the loads of the source system, oldest first.
    """
    load = landed[-1]
    profiled = con.execute(
        "SELECT DISTINCT load_id FROM nominal.profile WHERE source_system = $system ORDER BY load_id DESC",
        {"system": load.system},
    ).fetchall()
    known = {load_id for (load_id,) in profiled}
    before = [one.load_id for one in reversed(landed[:-1]) if one.load_id in known][:HISTORY]
    if not before:
        return NO_DRIFT
    key = {"system": load.system, "before": before, "now": load.load_id}
    fallen = con.execute(statement(__file__, "fallen"), {**key, "noticed": NOTICED_FALL}).fetchall()
    new, vanished = single_row(con, statement(__file__, "code_drift"), {**key, "noticed": NOTICED_CODE})
    columns_before = next(one.columns for one in reversed(landed[:-1]) if one.load_id == before[0])
    differs = {
        name: changed
        for name, now in load.columns.items()
        if columns_before.get(name) and (changed := difference(columns_before[name], now))
    }
    return Drift(tuple(Fallen(*one) for one in fallen), new, vanished, differs)
