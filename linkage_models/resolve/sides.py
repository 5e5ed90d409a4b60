"""What speaks for and against two clusters being one person, from every scored pair between them.

The pairs between two clusters repeat one another, since records are copies of copies; adding their weights would count
one postcode many times. So each comparison counts once, as favourably as any pair shows it: the weight the two would
have as two composite records, which is how the comparisons themselves read lists of names or identifiers. A pair that
weighs more than its clusters owes that to what one of its records leaves out and its companions contradict.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from linkage_models.resolve.clusters import Clusters

PLACES = 6
"""Decimals of a combined weight, as of the weights it is made from."""

CROSSED = "police_serial"
"""The comparison of the police numbers with one another, of which people type one where the other belongs."""

Parts = dict[str, float]
Values = Mapping[int, Mapping[str, frozenset[int]]]


class Sides:
    """The pairs of clusters between which a pair of records was scored, strongest first; follows the clusters' growth.

    Args:
        clusters: the clusters, which from now on grow only through `join`.
        pairs: both codes, match weight and evidence, the weight of each comparison, of every scored pair.
        values: for each record the identifiers of the kinds that a person has once.
    """

    def __init__(
        self, clusters: Clusters, pairs: Iterable[tuple[int, int, float, Parts]], values: Values, strict: float
    ) -> None:
        self._clusters = clusters
        self._strict = strict
        self._best: dict[int, dict[int, float]] = defaultdict(dict)
        self._parts: dict[tuple[int, int], Parts] = {}
        self._values: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for record, kinds in values.items():
            for kind, held in kinds.items():
                self._values[clusters.find(record)][kind] |= held
        for left, right, weight, parts in pairs:
            self._add(clusters.find(left), clusters.find(right), weight, parts)
        self._heap: list[tuple[float, int, int]] = []
        self.requeue()

    def requeue(self) -> None:
        """Offer every pair of clusters again, at a lower threshold."""
        self._heap = [(-self.strength(left, right), left, right) for left, right in self._parts]
        heapq.heapify(self._heap)

    def strongest(self, threshold: float) -> Iterator[tuple[int, int, float]]:
        """Yield pairs of clusters that may join at a threshold, strongest first, each once as they now stand."""
        while self._heap and -self._heap[0][0] >= threshold:
            strength, left, right = heapq.heappop(self._heap)
            if (left, right) in self._parts and self.strength(left, right) == -strength:
                yield left, right, -strength

    def best(self, left: int, right: int) -> float:
        """Return the weight of the heaviest pair of records between two clusters."""
        return self._best[left].get(right, -math.inf)

    def combined(self, left: int, right: int) -> float:
        """Return the weight of two clusters as composite records: each comparison once, at its most favourable."""
        parts = self._parts.get((min(left, right), max(left, right)))
        return round(math.fsum(parts.values()), PLACES) if parts else self.best(left, right)

    def strength(self, left: int, right: int) -> float:
        """Return what a join may rest on: the heaviest pair, or the combined weight if that is less.

        If the sides hold different identifiers of a kind that a person has once, nothing short of the strict
        threshold joins them.
        """
        strength = min(self.best(left, right), self.combined(left, right))
        return -math.inf if strength < self._strict and self.in_conflict(left, right) else strength

    def in_conflict(self, left: int, right: int) -> bool:
        """Return whether two clusters hold different identifiers of a kind, not explained as slips or crossed."""
        parts = self._parts[min(left, right), max(left, right)]
        if parts.get(CROSSED, 0) > 0:
            return False
        mine, theirs = self._values.get(left, {}), self._values.get(right, {})
        return any(
            parts.get(kind, 0) <= 0 and mine[kind] and theirs[kind] and mine[kind].isdisjoint(theirs[kind])
            for kind in mine.keys() & theirs.keys()
        )

    def shared(self, cluster: int, others: set[int]) -> list[int]:
        """Return those of some clusters with which a cluster shares a scored pair."""
        neighbours = self._best[cluster]
        if len(others) <= len(neighbours):
            return [other for other in others if other in neighbours]
        return [other for other in neighbours if other in others]

    def join(self, left: int, right: int) -> None:
        """Join two clusters that may join."""
        self._clusters.join(left, right)
        kept = self._clusters.find(left)
        gone = right if kept == left else left
        for kind, held in self._values.pop(gone, {}).items():
            self._values[kept][kind] |= held
        for other, weight in self._best.pop(gone).items():
            parts = self._parts.pop((min(gone, other), max(gone, other)))
            del self._best[other][gone]
            if other != kept:
                self._add(kept, other, weight, parts)
                low, high = min(kept, other), max(kept, other)
                heapq.heappush(self._heap, (-self.strength(low, high), low, high))

    def _add(self, left: int, right: int, weight: float, parts: Parts) -> None:
        if left == right:
            return
        self._best[left][right] = self._best[right][left] = max(weight, self.best(left, right))
        combined = self._parts.setdefault((min(left, right), max(left, right)), {})
        for comparison, part in parts.items():
            combined[comparison] = max(part, combined.get(comparison, part))
