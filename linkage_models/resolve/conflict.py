"""Constrained agglomeration of the few components in which people are ruled different yet connected by evidence.

Works on integer codes, one component or many at once; the bulk of the records never comes here.

Edges join clusters from the heaviest down, except where that would bring together two people ruled different; so the
clusters at a higher threshold always lie inside those at a lower one. A record on which two such people have claims of
about equal strength goes to neither of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from linkage_models.resolve.clusters import Clusters
from linkage_models.resolve.paths import Graph, strongest_paths, undirected_graph
from linkage_models.resolve.thresholds import Thresholds

Pair = tuple[int, int]
Edge = tuple[int, int, float]


@dataclass(frozen=True, slots=True)
class Separation:
    """Where the records of conflicted components go.

    Attributes:
        strict: label of each record's cluster at the strict threshold: the cluster's smallest code.
        link: the same at the link threshold; unions of strict clusters.
        wide: the same at the wide threshold; unions of link clusters.
        conflicted: records to review because evidence at the link threshold pulls against a ruling.
        contradictory: records to review because the rulings that bind them contradict one another.
    """

    strict: dict[int, int]
    link: dict[int, int]
    wide: dict[int, int]
    conflicted: frozenset[int]
    contradictory: frozenset[int]


def separate(
    nodes: Sequence[int],
    edges: Iterable[Edge],
    must_links: Sequence[Pair],
    cannot_links: Sequence[Pair],
    thresholds: Thresholds,
) -> Separation:
    """Cluster records so that no two ruled different ever share a cluster.

    Args:
        nodes: codes of all records of the components.
        edges: both codes and the match weight of every edge at or above the wide threshold, in any order, without
            the edges between two records ruled different.
        must_links: pairs ruled the same, oldest ruling first. One that would join people ruled different is set aside:
            a wrong join puts one person's information in front of another's readers, a wrong split stays visible.
        cannot_links: pairs ruled different, each of two records.
        thresholds: the three match weights and the contest margin.

    Returns:
        Labels at the three thresholds and the records to review.
    """
    heaviest_first = sorted(edges, key=lambda edge: (-edge[2], edge[0], edge[1]))
    clusters = Clusters(nodes, cannot_links)
    for left, right in must_links:
        clusters.join(left, right)

    conflicted = _hold_contested_back(clusters, heaviest_first, cannot_links, thresholds)
    conflicted |= _pulled_together(nodes, heaviest_first, must_links, cannot_links, thresholds)
    levels: list[dict[int, int]] = []
    ceiling = math.inf
    for threshold in (thresholds.strict, thresholds.link, thresholds.wide):
        for left, right, weight in heaviest_first:
            joined = not threshold <= weight < ceiling or clusters.join(left, right)
            if not joined and weight >= thresholds.link:
                conflicted |= {left, right}
        levels.append(clusters.labels())
        ceiling = threshold

    strict, link, wide = levels
    return Separation(strict, link, wide, frozenset(conflicted), _contradictory(nodes, must_links, cannot_links))


def _hold_contested_back(
    clusters: Clusters, edges: Sequence[Edge], cannot_links: Sequence[Pair], thresholds: Thresholds
) -> set[int]:
    """Keep every contested record apart from both claimants; return those contested at the link threshold."""
    people = undirected_graph((clusters.find(left), clusters.find(right), weight) for left, right, weight in edges)
    opposed = {(clusters.find(left), clusters.find(right)) for left, right in cannot_links}
    to_review: set[int] = set()
    for one, other in opposed:
        for person, strength in _contested(people, one, other, thresholds):
            clusters.keep_apart(person, one)
            clusters.keep_apart(person, other)
            if strength >= thresholds.link:
                to_review.update(clusters.members(person))
    return to_review


def _contested(people: Graph[int], one: int, other: int, thresholds: Thresholds) -> Iterator[tuple[int, float]]:
    """Yield the people claimed about equally by two people ruled different, with the strength of the weaker claim.

    A claim is the strongest path to one claimant that does not pass through the other. Claims on two sides of the link
    threshold are not about equal, however close: the threshold has decided between them.
    """
    claims_of_one = strongest_paths(people, one, avoiding=other)
    claims_of_other = strongest_paths(people, other, avoiding=one)
    for person in claims_of_one.keys() & claims_of_other.keys():
        weaker, stronger = sorted((claims_of_one[person][0], claims_of_other[person][0]))
        same_side = (weaker >= thresholds.link) == (stronger >= thresholds.link)
        if same_side and stronger - weaker <= thresholds.contest_margin:
            yield person, weaker


def _pulled_together(
    nodes: Sequence[int],
    edges: Sequence[Edge],
    must_links: Sequence[Pair],
    cannot_links: Sequence[Pair],
    thresholds: Thresholds,
) -> set[int]:
    """Return the records ruled different that would share a default subject if nobody had ruled."""
    unruled = Clusters(nodes)
    for left, right in must_links:
        unruled.join(left, right)
    for left, right, weight in edges:
        if weight >= thresholds.link:
            unruled.join(left, right)
    return {
        record for left, right in cannot_links if unruled.find(left) == unruled.find(right) for record in (left, right)
    }


def _contradictory(nodes: Sequence[int], must_links: Sequence[Pair], cannot_links: Sequence[Pair]) -> frozenset[int]:
    """Return all records of every chain of same-person rulings whose ends are ruled different people."""
    chains = Clusters(nodes)
    for left, right in must_links:
        chains.join(left, right)
    return frozenset(
        record
        for left, right in cannot_links
        if chains.find(left) == chains.find(right)
        for record in chains.members(left)
    )
