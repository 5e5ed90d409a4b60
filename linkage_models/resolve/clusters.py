"""Disjoint sets of nodes, some of which must stay apart; in plain Python, for the few records caught in a conflict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


class Clusters:
    """Clusters that grow by joining, except with those they must stay apart from."""

    def __init__(self, nodes: Iterable[int], apart: Iterable[tuple[int, int]] = ()) -> None:
        """Start with every node alone, and the given pairs of nodes to be kept apart."""
        self._parent = {node: node for node in nodes}
        self._members = {node: [node] for node in self._parent}
        self._apart: dict[int, set[int]] = defaultdict(set)
        for left, right in apart:
            self.keep_apart(left, right)

    def find(self, node: int) -> int:
        """Return the node that stands for a node's cluster until the cluster next grows."""
        while (parent := self._parent[node]) != node:
            self._parent[node] = node = self._parent[parent]
        return node

    def members(self, node: int) -> list[int]:
        """Return the nodes of a node's cluster."""
        return self._members[self.find(node)]

    def keep_apart(self, left: int, right: int) -> None:
        """Never let the clusters of two nodes join from now on; they must not have joined already."""
        left, right = self.find(left), self.find(right)
        self._apart[left].add(right)
        self._apart[right].add(left)

    def apart_from(self, node: int) -> set[int]:
        """Return what stands for each cluster that a node's cluster must stay apart from."""
        return self._apart.get(self.find(node), set())

    def join(self, left: int, right: int) -> bool:
        """Make one cluster of two nodes' clusters; return False, and change nothing, if they must stay apart."""
        left, right = self.find(left), self.find(right)
        if right in self._apart[left]:
            return False
        if left == right:
            return True
        if len(self._members[left]) < len(self._members[right]):
            left, right = right, left
        self._parent[right] = left
        self._members[left] += self._members.pop(right)
        for other in self._apart.pop(right, set()):
            self._apart[other].discard(right)
            self._apart[other].add(left)
            self._apart[left].add(other)
        return True

    def labels(self) -> dict[int, int]:
        """Return every node's label: the smallest node of its cluster."""
        smallest = [(min(nodes), nodes) for nodes in self._members.values()]
        return {node: label for label, nodes in smallest for node in nodes}
