"""Profile and drift: how complete each field of a load is and which codes it uses, compared with earlier loads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from linkage_models.relations import Temporaries, literal, single_row, statement
from pipelines.landing.changes import Difference, difference

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.landing.manifest import Load
    from pipelines.source import SourceSpec

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
    """A field that fewer nominal records have than usual: their share now, and the median share in earlier loads."""

    field: str
    share: float
    usual: float


@dataclass(frozen=True)
class Drift:
    """How a load differs from those before it that were taken over.

    Attributes:
        columns: per resource how its columns differ from the load before; None if there is none.
        compared: whether the rest could be looked at: the load could be staged, and there is a load before it.
        completeness: the fields that have become less complete, the most first.
        new_codes: codes not used before.
        vanished_codes: codes used often in the load before, and no more.
    """

    columns: dict[str, Difference] | None
    compared: bool = False
    completeness: tuple[Fallen, ...] = ()
    new_codes: int = 0
    vanished_codes: int = 0


class Held(NamedTuple):
    """Whether a source holds any of the things that the checks on its load look at."""

    identifiers: bool = False
    contact_points: bool = False
    listed_codes: bool = False


def completeness(con: DuckDBPyConnection, records: str) -> dict[str, int]:
    """Return how many nominal records have each field, and each kind of identifier.

    Args:
        con: holds the records.
        records: a relation shaped as `nominal.record`.
    """
    with Temporaries(con) as own:
        own.view("profiled", f"FROM {records}")
        return dict(con.execute(statement(__file__, "profile/completeness")).fetchall())


def write_profile(con: DuckDBPyConnection, system: str, load_id: str) -> None:
    """Write the profile of what the source holds now, replacing an earlier profile of the same load."""
    key = {"system": system, "load_id": load_id}
    con.execute("DELETE FROM nominal.profile WHERE source_system = $system AND load_id = $load_id", key)
    profile = statement(__file__, "profile", steps=("completeness", "code_use"))
    with Temporaries(con) as own:
        own.view("profiled", f"FROM nominal.record WHERE source_system = {literal(system)}")
        con.execute(
            f"INSERT INTO nominal.profile BY NAME {profile}", {**key, "coded": list(CODED), "most_codes": MOST_CODES}
        )


def find_held(con: DuckDBPyConnection, spec: SourceSpec) -> Held:
    """Return what a source holds that can be checked; `listed_codes` are those of fields that have a code list."""
    listed = {
        "fields": list(spec.record.code_lists),
        "items": [f"{item.kind} {item.resource}" for item in spec.items if item.code_list],
    }
    return Held(*single_row(con, statement(__file__, "held"), {"system": spec.system, **listed}))


def find_drift(con: DuckDBPyConnection, landed: list[Load]) -> Drift:
    """Return how the latest load, whose profile is written, differs from those before it that were taken over.

    Args:
        con: the warehouse.
        landed: the loads of the source system, oldest first.
    """
    load = landed[-1]
    before = [load.load_id for load in _taken_over(con, landed)]
    if not before:
        return Drift(columns=None)
    key = {"system": load.system, "before": before, "now": load.load_id}
    fallen = con.execute(statement(__file__, "fallen"), {**key, "noticed": NOTICED_FALL}).fetchall()
    new, vanished = single_row(con, statement(__file__, "code_drift"), {**key, "noticed": NOTICED_CODE})
    return Drift(
        columns=find_column_drift(con, landed),
        compared=True,
        completeness=tuple(Fallen(*row) for row in fallen),
        new_codes=new,
        vanished_codes=vanished,
    )


def find_column_drift(con: DuckDBPyConnection, landed: list[Load]) -> dict[str, Difference] | None:
    """Return per resource how the columns delivered differ from those of the load before; None if there is none.

    That needs only the manifests, so it works for a load that does not fit the YAML.
    """
    before = next((load.columns for load in _taken_over(con, landed)), None)
    if before is None:
        return None
    delivered = landed[-1].columns | landed[-1].delivered_columns
    return {
        name: changed
        for name, now in delivered.items()
        if before.get(name) and (changed := difference(before[name], now))
    }


def _taken_over(con: DuckDBPyConnection, landed: list[Load]) -> list[Load]:
    """Return the loads before the latest that were taken over, the newest first and no more than matter."""
    profiled = con.execute(
        "SELECT DISTINCT load_id FROM nominal.profile WHERE source_system = $system", {"system": landed[-1].system}
    ).fetchall()
    known = {load_id for (load_id,) in profiled}
    return [load for load in reversed(landed[:-1]) if load.load_id in known][:HISTORY]
