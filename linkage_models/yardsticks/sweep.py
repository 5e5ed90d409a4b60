"""The best threshold that the truth could choose for scored pairs: an oracle, which nobody has who links in life."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from linkage_models.evaluate.ratio import ratio


@dataclass(frozen=True, slots=True)
class Best:
    """The best threshold of a sweep, and how what it joins agrees with the truth.

    Attributes:
        match_weight: pairs of at least this weight are joined; None if it is best to join none.
        of_clusters: whether the links are of the clusters these pairs form, or of the pairs alone.
        true_links: links both found and true.
        false_links: links found that are not true.
        missed_links: true links that are not found.
        precision: share of the links found that are true.
        recall: share of the true links that are found.
        f1: their harmonic mean.
    """

    match_weight: float | None
    of_clusters: bool
    true_links: int
    false_links: int
    missed_links: int
    precision: float
    recall: float
    f1: float


class _Clusters:
    """Clusters that grow pair by pair, with the number of links they hold and how many of these are true."""

    def __init__(self, records: Sequence[tuple[str, str, str]], *, across: bool) -> None:
        self.across = across
        self.found = self.true = 0
        self.parent: dict[str, str] = {}
        self.sides: dict[str, Counter[str]] = {}
        self.people: dict[str, Counter[tuple[str, str]]] = {}
        for record, side, person in records:
            self.parent[record] = record
            self.sides[record] = Counter([side])
            self.people[record] = Counter([(person, side)])

    def _root(self, record: str) -> str:
        while self.parent[record] != record:
            self.parent[record] = self.parent[self.parent[record]]
            record = self.parent[record]
        return record

    def join(self, left: str, right: str) -> None:
        kept, gone = self._root(left), self._root(right)
        if kept == gone:
            return
        if self.sides[kept].total() < self.sides[gone].total():
            kept, gone = gone, kept
        sides, other_sides = self.sides[kept], self.sides.pop(gone)
        people, other_people = self.people[kept], self.people.pop(gone)
        self.found += self._links(sides, other_sides)
        for (person, side), count in other_people.items():
            self.true += sum(
                count * people[person, other] for other in tuple(sides) if not self.across or other != side
            )
        self.parent[gone] = kept
        sides.update(other_sides)
        people.update(other_people)

    def _links(self, here: Counter[str], there: Counter[str]) -> int:
        every = here.total() * there.total()
        return every - sum(count * there[side] for side, count in here.items()) if self.across else every


def true_links(records: Sequence[tuple[str, str, str]], *, across: bool) -> int:
    """Return how many pairs of records are of one person, compared or not.

    Args:
        records: each record with the file and the person it is of.
        across: only links between two files count.
    """
    within = _pairs(Counter((side, person) for _, side, person in records)) if across else 0
    return _pairs(Counter(person for *_, person in records)) - within


def _pairs(counts: Counter[Any]) -> int:
    return sum(count * (count - 1) // 2 for count in counts.values())


def best_threshold(
    pairs: Sequence[tuple[str, str, float]], records: Sequence[tuple[str, str, str]], wanted: int, *, across: bool
) -> Best:
    """Return the threshold with the highest pairwise F1, of the pairs alone or of their clusters, and what it gives.

    Args:
        pairs: two records and their match weight, the highest weight first.
        records: each record with the file and the person it is of.
        wanted: true links there are, compared or not.
        across: only links between two files count.
    """
    clusters = _Clusters(records, across=across)
    person_of = {record: person for record, _, person in records}
    true_pairs = 0
    f1 = 0.0
    best: tuple[float | None, bool, int, int] = (None, False, 0, 0)
    for place, (left, right, weight) in enumerate(pairs, start=1):
        clusters.join(left, right)
        true_pairs += person_of[left] == person_of[right]
        if place < len(pairs) and pairs[place][2] == weight:
            continue
        for of_clusters, true, found in ((False, true_pairs, place), (True, clusters.true, clusters.found)):
            reached = ratio(2 * true, found + wanted)
            if reached > f1:
                f1, best = reached, (weight, of_clusters, true, found)
    match_weight, of_clusters, true, found = best
    precision, recall = ratio(true, found), ratio(true, wanted)
    return Best(match_weight, of_clusters, true, found - true, wanted - true, precision, recall, f1)
