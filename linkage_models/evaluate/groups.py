"""Recall by group of people, with small cells suppressed and the largest disparity named."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from linkage_models.evaluate.cells import numbered_records
from linkage_models.intervals import Interval, difference, ratio_interval
from linkage_models.relations import Temporaries, relation, statement

SMALLEST = 10
"""People or links below which a cell is suppressed: fewer can be recognised."""

DIMENSIONS = ("sex", "age band", "ethnicity", "name structure", "identifier kinds", "name origin")
"""What people are grouped by, in order; the last if the truth has it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Recall of one group; `people`, `true_links` and `recall` are None if the cell is suppressed."""

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
        records: relation of `relations.RECORD`.
        today: the date that ages are counted to.
        origins: relation (person_id, name_origin), if the truth has it.
    """
    with numbered_records(con, predicted=predicted, truth=truth) as own:
        own.view("evaluate_nominal", f"FROM {relation(records)}")
        own.table("evaluate_person", statement(__file__, "person_links"))
        own.table("evaluate_group", statement(__file__, "person_groups"), {"today": today})
        if origins:
            con.execute(
                "INSERT INTO evaluate_group SELECT DISTINCT person, 'name origin', name_origin FROM evaluate_record "
                f"JOIN evaluate_truth USING (record_key) JOIN {relation(origins)} USING (person_id)"
            )
        return tuple(group for dimension in DIMENSIONS for group in _measure(own, dimension))


def _measure(own: Temporaries, dimension: str) -> list[Group]:
    """Measure the groups of one dimension, in order of their names."""
    counted = own.con.execute(statement(__file__, "group_recall"), {"dimension": dimension}).fetchnumpy()
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
    """Return the groups to hide: the small, and the next smallest if a hidden figure would follow from the total."""
    order = sorted(sizes, key=lambda name: (sizes[name], name))
    hidden = {name for name in order if sizes[name] < SMALLEST}
    while hidden and (len(hidden) == 1 or sum(sizes[name] for name in hidden) < SMALLEST) and len(hidden) < len(order):
        hidden.add(next(name for name in order if name not in hidden))
    return hidden


def largest_disparity(groups: tuple[Group, ...]) -> Disparity | None:
    """Return the dimension whose groups differ most, by the interval's lower end; None without two groups."""
    found = []
    for dimension in dict.fromkeys(group.dimension for group in groups):
        shown = [(g.group, g.recall) for g in groups if g.dimension == dimension and g.recall is not None]
        if len(shown) > 1:
            best, worst = max(shown, key=lambda g: g[1].value), min(shown, key=lambda g: g[1].value)
            found.append(Disparity(dimension, best[0], worst[0], difference(best[1], worst[1])))
    return max(found, key=lambda d: (d.difference.low, d.difference.value), default=None)
