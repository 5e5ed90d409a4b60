"""Strongest paths in a weighted graph: a path is as strong as its lightest edge."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

Node = TypeVar("Node", int, str)
Graph = dict[Node, dict[Node, float]]


def undirected_graph(edges: Iterable[tuple[Node, Node, float]]) -> Graph[Node]:
    """Return each node's neighbours with the weight of the heaviest edge to them; loops are left out."""
    graph: Graph[Node] = defaultdict(dict)
    for left, right, weight in edges:
        if left != right:
            weight_so_far = graph[left].get(right, weight)
            graph[left][right] = graph[right][left] = max(weight, weight_so_far)
    return graph


def strongest_paths(graph: Graph[Node], source: Node, avoiding: Node | None = None) -> dict[Node, tuple[float, Node]]:
    """Find the strongest path from one node to every node it reaches, as Dijkstra's search with `min` for the sum.

    Args:
        graph: neighbours and weights of every node, both ways.
        source: where the paths start.
        avoiding: a node that no path may enter.

    Returns:
        For every node reached but the source: the weight of the lightest edge on its strongest path, and the node
        before it on that path. Of equally strong paths the one found through the smaller nodes is kept.
    """
    reached: dict[Node, tuple[float, Node]] = {}
    candidates = [(-weight, node, source) for node, weight in graph.get(source, {}).items()]
    heapq.heapify(candidates)
    while candidates:
        strength, node, before = heapq.heappop(candidates)
        if node in reached or node in (source, avoiding):
            continue
        reached[node] = (-strength, before)
        for neighbour, weight in graph[node].items():
            if neighbour not in reached:
                heapq.heappush(candidates, (max(strength, -weight), neighbour, node))
    return reached
