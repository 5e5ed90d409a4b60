"""Recall by group of people, with small cells suppressed and the largest disparity named."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from linkage_models.evaluate.cells import numbered_records
from linkage_models.intervals import Interval, difference, ratio_interval
from linkage_models.relations import relation

SMALLEST = 10
"""People or links below which a cell is suppressed: fewer can be recognised."""

GROUPS: dict[str, str] = {
    "sex": "coalesce(mode(sex), 'not recorded')",
    "age band": """CASE WHEN mode(birth_dates[1]) IS NULL THEN 'not recorded'
        WHEN date_sub('year', mode(birth_dates[1]), $today) < 18 THEN 'under 18'
        WHEN date_sub('year', mode(birth_dates[1]), $today) < 25 THEN '18 to 24'
        WHEN date_sub('year', mode(birth_dates[1]), $today) < 35 THEN '25 to 34'
        WHEN date_sub('year', mode(birth_dates[1]), $today) < 50 THEN '35 to 49' ELSE '50 and over' END""",
    "ethnicity": """CASE
        WHEN mode(ethnicity) IS NULL THEN 'not recorded'
        WHEN mode(ethnicity) IN ('IC1', 'IC2') OR mode(ethnicity)[1] = 'W' THEN 'White'
        WHEN mode(ethnicity) = 'IC3' OR mode(ethnicity)[1] = 'B' THEN 'Black'
        WHEN mode(ethnicity) = 'IC4' OR mode(ethnicity)[1] = 'A' THEN 'Asian'
        WHEN mode(ethnicity)[1] = 'M' THEN 'Mixed' ELSE 'Chinese or other' END""",
    "name structure": r"""CASE
        WHEN bool_or(names[1].forename IS NULL OR names[1].surname IS NULL) THEN 'one word on some record'
        WHEN bool_or(regexp_matches(upper(names[1].as_given), '\b(ABU|BIN|BINT|IBN|AL|EL|UD|DE|DA|DOS|VAN|VON)\b'))
            THEN 'particle or patronymic'
        WHEN bool_or(list_has_any(string_split(names[1].surname, ' '),
            ['SINGH', 'KAUR', 'BEGUM', 'BIBI', 'KHATUN', 'KHAN', 'HUSSAIN', 'ALI'])) THEN 'shared surname'
        WHEN bool_or(regexp_matches(names[1].as_given, '-') OR names[1].surname LIKE '% %') THEN 'several surnames'
        ELSE 'plain' END""",
    "identifier kinds": """CASE
        len(list_distinct(flatten(list(list_transform(list_filter(identifiers, lambda i: i.valid), lambda i: i.kind)))))
        WHEN 0 THEN 'none' WHEN 1 THEN 'one kind' ELSE 'several kinds' END""",
}
"""Each dimension's SQL over all nominal records of one person; ethnicity is measured by here, and evidence nowhere."""


@dataclass(frozen=True, slots=True)
class Group:
    """Recall of one group; `people`, `true_links` and `recall` are None where the cell is suppressed."""

    dimension: str
    group: str
    people: int | None
    true_links: int | None
    recall: Interval | None


@dataclass(frozen=True, slots=True)
class Disparity:
    """The best and the worst group of one dimension, and by how much they differ."""

    dimension: str
    best: str
    worst: str
    difference: Interval

    def in_words(self) -> str:
        """Return the sentence that names the disparity."""
        gap = self.difference
        return (
            f"Largest disparity: by {self.dimension}, recall of '{self.worst}' is {gap.value:.4f} below that of "
            f"'{self.best}' ({gap.low:.4f} to {gap.high:.4f}; the largest of several, so read it with care)."
        )


def recall_by_group(
    con: duckdb.DuckDBPyConnection, *, predicted: str, truth: str, records: str, today: object, origins: str | None
) -> tuple[Group, ...]:
    """Measure recall by group of people.

    Args:
        con: any connection that can read the relations and make temporary tables.
        predicted: relation (record_key, source_system, subject_id).
        truth: relation (record_key, person_id).
        records: a `nominal.record`-shaped relation.
        today: the date that ages are counted to.
        origins: relation (person_id, name_origin), where the truth tells it.
    """
    found: list[Group] = []
    with numbered_records(con, predicted=predicted, truth=truth) as record:
        for dimension, group in GROUPS.items():
            source = f"{record} JOIN {relation(records)} USING (record_key)"
            parameters = {"today": today} if "$today" in group else {}
            found += _measure(
                con, dimension, f"SELECT person, {group} AS grp FROM {source} GROUP BY person", parameters
            )
        if origins:
            source = f"{record} JOIN {relation(truth)} USING (record_key) JOIN {relation(origins)} USING (person_id)"
            found += _measure(con, "name origin", f"SELECT DISTINCT person, name_origin AS grp FROM {source}", {})
    return tuple(found)


def _measure(con: duckdb.DuckDBPyConnection, dimension: str, of: str, parameters: dict[str, object]) -> list[Group]:
    counted = con.execute(
        f"""
        WITH cell AS (SELECT unit, person, subject, count(*) AS n FROM _evaluate_record GROUP BY ALL),
        of_people AS (
            SELECT unit, person, sum(n * (n - 1) // 2)::BIGINT AS found,
                (sum(n) * (sum(n) - 1) // 2)::BIGINT AS wanted
            FROM cell GROUP BY ALL
        ),
        of_units AS (
            SELECT grp, unit, sum(found) AS found, sum(wanted) AS wanted, count(*) AS people
            FROM of_people JOIN ({of}) USING (person) GROUP BY ALL
        )
        SELECT grp, found, wanted, people, count(*) AS units FROM of_units GROUP BY ALL ORDER BY ALL
        """,
        parameters,
    ).fetchnumpy()
    names = np.asarray(counted["grp"], dtype=object)
    columns = [np.asarray(counted[name], dtype=np.float64) for name in ("found", "wanted", "people", "units")]
    cells = []
    for name in sorted(set(names)):
        found, wanted, people, units = (column[names == name] for column in columns)
        cells.append((name, round(units @ people), round(units @ wanted), ratio_interval(found, wanted, units)))
    hidden = suppressed({name: min(people, links) for name, people, links, _ in cells})
    return [
        Group(dimension, name, *((None, None, None) if name in hidden else (people, links, recall)))
        for name, people, links, recall in cells
    ]


def suppressed(sizes: dict[str, int]) -> set[str]:
    """Return the groups to hide: the small, and the next smallest while what is hidden follows from the total."""
    order = sorted(sizes, key=lambda name: (sizes[name], name))
    hidden = {name for name in order if sizes[name] < SMALLEST}
    while hidden and (len(hidden) == 1 or sum(sizes[name] for name in hidden) < SMALLEST) and len(hidden) < len(order):
        hidden.add(next(name for name in order if name not in hidden))
    return hidden


def largest_disparity(groups: tuple[Group, ...]) -> Disparity | None:
    """Return the dimension whose best and worst groups surely differ most; None where no dimension has two groups."""
    found = []
    for dimension in dict.fromkeys(group.dimension for group in groups):
        shown = [(g.group, g.recall) for g in groups if g.dimension == dimension and g.recall is not None]
        if len(shown) > 1:
            best, worst = max(shown, key=lambda g: g[1].value), min(shown, key=lambda g: g[1].value)
            found.append(Disparity(dimension, best[0], worst[0], difference(best[1], worst[1])))
    return max(found, key=lambda d: (d.difference.low, d.difference.value), default=None)
