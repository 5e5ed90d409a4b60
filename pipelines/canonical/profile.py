"""Profile and drift: how complete each field of a load is and which codes it uses, against the loads before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

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

_PROFILE = f"""
INSERT INTO nominal.profile
WITH record AS (
    FROM nominal.record WHERE source_system = $system
), item AS (
    FROM nominal.information_item WHERE source_system = $system
), whole AS (
    SELECT count(*) AS records FROM record
), field AS (
    SELECT unnest(map_entries(map {{
        'names': count_if(len(names) > 0), 'birth_dates': count_if(len(birth_dates) > 0), 'sex': count(sex),
        'ethnicity': count(ethnicity), 'nationality': count(nationality), 'birth_place': count(birth_place),
        'addresses': count_if(len(addresses) > 0),
        'postcodes': count_if(len(list_filter(addresses, lambda one: one.postcode IS NOT NULL)) > 0),
        'contact_points': count_if(len(contact_points) > 0), 'sentence_dates': count_if(len(sentence_dates) > 0)
    }})) AS entry FROM record
    UNION ALL
    SELECT {{'key': 'identifier ' || kind, 'value': count(DISTINCT record_key)}}
    FROM (SELECT record_key, unnest(identifiers).kind AS kind FROM record) GROUP BY kind
), code AS (
    SELECT kind, code, count(*) AS rows FROM item WHERE kind IN {CODED} AND code IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT field, code, count(*) FROM (
        SELECT unnest(['sex', 'ethnicity', 'nationality']) AS field, unnest([sex, ethnicity, nationality]) AS code
        FROM record
    ) WHERE code IS NOT NULL GROUP BY ALL
)
SELECT $system, $load_id, 'field', entry.key, coalesce(entry.value, 0), records FROM field, whole
UNION ALL
SELECT $system, $load_id, 'code', kind || ':' || code, rows, sum(rows) OVER (PARTITION BY kind)
FROM code QUALIFY count(*) OVER (PARTITION BY kind) <= {MOST_CODES}
ORDER BY ALL
"""

_FALLEN = """
WITH share AS (
    SELECT load_id, name, rows / of_rows AS share
    FROM nominal.profile WHERE source_system = $system AND measure = 'field' AND of_rows > 0
), usual AS (
    SELECT name, median(share) AS usual FROM share WHERE list_contains($before, load_id) GROUP BY name
)
SELECT name, coalesce(share, 0), usual
FROM usual LEFT JOIN (FROM share WHERE load_id = $now) USING (name)
WHERE usual - coalesce(share, 0) > $noticed
ORDER BY usual - coalesce(share, 0) DESC, name
"""

_CODES = """
WITH before AS (
    SELECT name, arg_max(rows, load_id) AS rows, max(load_id) AS load_id
    FROM nominal.profile WHERE source_system = $system AND measure = 'code' AND list_contains($before, load_id)
    GROUP BY name
), now AS (
    FROM nominal.profile WHERE source_system = $system AND measure = 'code' AND load_id = $now
)
SELECT count(*) FILTER (before.name IS NULL),
       count(*) FILTER (now.name IS NULL AND before.load_id = $before[1] AND before.rows >= $noticed)
FROM before FULL JOIN now USING (name)
"""

_HELD = """
WITH record AS (
    FROM nominal.record WHERE source_system = $system
)
SELECT EXISTS (FROM record WHERE len(identifiers) > 0),
       EXISTS (FROM record WHERE len(contact_points) > 0),
       EXISTS (FROM record WHERE list_contains($fields, 'sex') AND sex IS NOT NULL
                                 OR list_contains($fields, 'ethnicity') AND ethnicity IS NOT NULL
                                 OR list_contains($fields, 'nationality') AND nationality IS NOT NULL)
       OR EXISTS (FROM nominal.information_item WHERE source_system = $system AND code IS NOT NULL
                                                      AND list_contains($items, kind || ' ' || resource))
"""


@dataclass(frozen=True)
class Fallen:
    """A field that fewer nominal records have than usual: the share now and the median of the loads before."""

    field: str
    share: float
    usual: float


@dataclass(frozen=True)
class Drift:
    """How a load differs from those before it that were taken over.

    Attributes:
        columns: per resource how its columns differ from the load before; None where there is none.
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
    """Whether a source holds any of what the checks on its load look at."""

    identifiers: bool = False
    contact_points: bool = False
    listed_codes: bool = False


def write_profile(con: DuckDBPyConnection, system: str, load_id: str) -> None:
    """Write the profile of what the source holds now, in place of an earlier one of the same load."""
    key = {"system": system, "load_id": load_id}
    con.execute("DELETE FROM nominal.profile WHERE source_system = $system AND load_id = $load_id", key)
    con.execute(_PROFILE, key)


def find_held(con: DuckDBPyConnection, spec: SourceSpec) -> Held:
    """Return what a source holds that can be checked; `listed_codes` are those of fields that have a code list."""
    listed = {
        "fields": list(spec.record.code_lists),
        "items": [f"{item.kind} {item.resource}" for item in spec.items if item.code_list],
    }
    row = con.execute(_HELD, {"system": spec.system, **listed}).fetchone()
    return Held(*row) if row else Held()


def find_drift(con: DuckDBPyConnection, landed: list[Load]) -> Drift:
    """Return how the latest load, whose profile is written, differs from those before it that were taken over.

    Args:
        con: the warehouse.
        landed: the loads of the source system, oldest first.
    """
    load = landed[-1]
    before = [one.load_id for one in _taken_over(con, landed)]
    if not before:
        return Drift(columns=None)
    key = {"system": load.system, "before": before, "now": load.load_id}
    fallen = con.execute(_FALLEN, {**key, "noticed": NOTICED_FALL}).fetchall()
    codes = con.execute(_CODES, {**key, "noticed": NOTICED_CODE}).fetchone()
    new, vanished = codes or (0, 0)
    return Drift(
        columns=find_column_drift(con, landed),
        compared=True,
        completeness=tuple(Fallen(*one) for one in fallen),
        new_codes=int(new),
        vanished_codes=int(vanished),
    )


def find_column_drift(con: DuckDBPyConnection, landed: list[Load]) -> dict[str, Difference] | None:
    """Return per resource how the columns delivered differ from those of the load before; None where there is none.

    That takes the manifests alone, so that it can be said of a load that does not fit the YAML.
    """
    before = next((one.columns for one in _taken_over(con, landed)), None)
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
    return [one for one in reversed(landed[:-1]) if one.load_id in known][:HISTORY]
