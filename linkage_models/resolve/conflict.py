"""Constrained agglomeration of the few components in which people are ruled different yet connected by evidence.

Works on integer codes, one component or many at once; the bulk of the records never comes here.

Edges join clusters from the heaviest down, except if that would bring together two people ruled different; so the
clusters at a higher threshold always lie inside those at a lower one. A record on which two such people have claims of
about equal strength goes to neither of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from linkage_models.resolve.clusters import Clusters
from linkage_models.resolve.paths import Graph, strongest_paths, undirected_graph
from linkage_models.resolve.sides import Parts, Sides, Values
from linkage_models.resolve.thresholds import Thresholds

CANNOT_LINK_CONFLICT = "cannot_link_conflict"
"""Review flag: the evidence would join this record's person with one ruled different from it."""

CONTRADICTORY_DECISIONS = "contradictory_decisions"
"""Review flag: decisions in force say both that this record's person is and is not another."""

CONFLICTING_IDENTIFIERS = "conflicting_identifiers"
"""Review flag: this record's subject holds two valid identifiers of a kind that a person has once, or would hold them
but for that."""

POSSIBLE_TWINS = "possible_twins"
"""Review flag: evidence would join this record with another that looks like its kin, or it is claimed by both."""

WEAK_BRIDGE = "weak_bridge"
"""Review flag: one pair links this record's group to another, and others contradict it about as much as it carries."""

FLAGS = {
    CANNOT_LINK_CONFLICT: "a record that two people, ruled to be different, claim about equally",
    CONTRADICTORY_DECISIONS: "rulings that cannot all hold; 'different' stands",
    CONFLICTING_IDENTIFIERS: "two different valid numbers of a kind that a person has once, joined or kept apart",
    POSSIBLE_TWINS: "records that agree on what twins share, and not on what they do not",
    WEAK_BRIDGE: "records joined, or kept apart, by evidence about as strong for as against",
}
"""Every review flag and what it says, for people."""

KIN = "kinship"
"""The entry whose presence in a pair's evidence says that two people of one household are likelier than one person."""

HOUSEHOLD = "household"
"""The entry of a pair that such people would explain in part; what else is known may still join its records."""

ONCE_HELD = ("pnc", "cro")
"""Kinds of identifier that one person has once, except for errors and mergers that a source has not made."""

Pair = tuple[int, int]
Edge = tuple[int, int, float]
EdgeWithParts = tuple[int, int, float, Parts]
Flagged = Mapping[str, set[int]]
"""The records that bear each review flag."""


@dataclass(frozen=True, slots=True)
class Separation:
    """Where the records of conflicted components go.

    Attributes:
        strict: label of each record's cluster at the strict threshold: the cluster's smallest code.
        link: the same at the link threshold; unions of strict clusters.
        wide: the same at the wide threshold; unions of link clusters.
        flagged: for each review flag the records that bear it.
    """

    strict: dict[int, int]
    link: dict[int, int]
    wide: dict[int, int]
    flagged: Mapping[str, frozenset[int]]


def separate(
    nodes: Sequence[int],
    edges: Iterable[EdgeWithParts],
    must_links: Sequence[Pair],
    cannot_links: Sequence[Pair],
    identifiers: Values,
    thresholds: Thresholds,
) -> Separation:
    """Cluster records so that no two ruled different ever share a cluster, nor two that the evidence contradicts.

    Clusters join from the strongest pair down, while their combined evidence (`sides`) reaches the threshold too.
    Possible kin stay apart unless a chain of equal identifiers or a ruling makes them one.

    Args:
        nodes: codes of all records of the components.
        edges: both codes, the match weight and the evidence (weight by comparison) of every scored pair, near misses
            too, in any order, without the pairs ruled different.
        must_links: pairs ruled the same, oldest ruling first. One that would join people ruled different is left out:
            a wrong join puts one person's information in front of another's readers, a wrong split stays visible.
        cannot_links: pairs ruled different, each of two records.
        identifiers: for each record its valid identifiers by kind, as numbers that no two kinds share.
        thresholds: the three match weights and the contest margin.

    Returns:
        Labels at the three thresholds and the records to review.
    """
    scored = sorted(edges, key=lambda edge: (-edge[2], edge[0], edge[1]))
    heaviest_first = [(left, right, weight) for left, right, weight, _ in scored if weight >= thresholds.wide]
    clusters = Clusters(nodes, cannot_links)
    for left, right in must_links:
        clusters.join(left, right)

    flagged: dict[str, set[int]] = {flag: set() for flag in FLAGS}
    flagged[CONTRADICTORY_DECISIONS] = _contradictory(nodes, must_links, cannot_links)
    flagged[CANNOT_LINK_CONFLICT] = _hold_contested_back(clusters, heaviest_first, cannot_links, thresholds)
    flagged[CANNOT_LINK_CONFLICT] |= _pulled_together(nodes, heaviest_first, must_links, cannot_links, thresholds)
    kin = _keep_kin_apart(clusters, scored, identifiers)
    values = {
        record: {kind: held for kind, held in kinds.items() if kind in ONCE_HELD}
        for record, kinds in identifiers.items()
    }
    pairs = (
        (one, other, weight, {k: w for k, w in parts.items() if k not in (KIN, HOUSEHOLD)})
        for one, other, weight, parts in scored
    )
    sides = Sides(clusters, pairs, values, thresholds.strict)
    levels: list[dict[int, int]] = []
    for threshold in (thresholds.strict, thresholds.link, thresholds.wide):
        if levels:
            sides.requeue()
        _join_down_to(threshold, clusters, sides, thresholds, flagged)
        levels.append(clusters.labels())
        if threshold == thresholds.link:
            flagged[CONFLICTING_IDENTIFIERS] = _several_of_one_kind(clusters, nodes, values)
            _flag_splits(clusters, sides, heaviest_first, kin, thresholds, flagged)

    strict, link, wide = levels
    return Separation(strict, link, wide, {flag: frozenset(records) for flag, records in flagged.items()})


def _join_down_to(threshold: float, clusters: Clusters, sides: Sides, thresholds: Thresholds, flagged: Flagged) -> None:
    """Join what may join at a threshold, strongest first; hold back what two kept-apart clusters claim equally."""
    for left, right, strength in sides.strongest(threshold):
        if right in clusters.apart_from(left):
            continue
        if contested := _rival(clusters, sides, left, right, strength, thresholds):
            held, claimants = contested
            for claimant in claimants:
                clusters.keep_apart(held, claimant)
            if strength >= thresholds.link:
                flagged[POSSIBLE_TWINS].update(*(clusters.members(cluster) for cluster in (held, *claimants)))
            continue
        if strength >= thresholds.link and _cannot_tell(sides, left, right, thresholds):
            flagged[WEAK_BRIDGE].update(clusters.members(left) + clusters.members(right))
        sides.join(left, right)


def _flag_splits(
    clusters: Clusters,
    sides: Sides,
    edges: Sequence[Edge],
    kin: Sequence[Pair],
    thresholds: Thresholds,
    flagged: Flagged,
) -> None:
    """Flag, with the reason, both records of every edge that reaches the link threshold but joins nothing."""
    kin_pairs = {frozenset((clusters.find(one), clusters.find(other))) for one, other in kin}
    for left, right, weight in edges:
        one, other = clusters.find(left), clusters.find(right)
        if weight < thresholds.link or one == other:
            continue
        if other not in clusters.apart_from(one):
            why = {
                CONFLICTING_IDENTIFIERS: sides.in_conflict(one, other),
                WEAK_BRIDGE: _cannot_tell(sides, one, other, thresholds),
            }
        else:
            twins = frozenset((one, other)) in kin_pairs
            why = {
                POSSIBLE_TWINS: twins,
                CANNOT_LINK_CONFLICT: not twins and not {left, right} <= flagged[POSSIBLE_TWINS],
            }
        for flag, holds in why.items():
            flagged[flag].update((left, right) if holds else ())


def _keep_kin_apart(clusters: Clusters, edges: Sequence[EdgeWithParts], values: Values) -> list[Pair]:
    """Keep possible kin apart unless a chain of equal identifiers or a ruling joins them; return their pairs."""
    chains = Clusters(values.keys())
    holder: dict[tuple[str, int], int] = {}
    for record, kinds in values.items():
        for kind, held in kinds.items():
            for value in held:
                chains.join(holder.setdefault((kind, value), record), record)
    kin = []
    for left, right, _, parts in edges:
        if KIN not in parts or clusters.find(left) == clusters.find(right):
            continue
        if left in values and right in values and chains.find(left) == chains.find(right):
            continue
        clusters.keep_apart(left, right)
        kin.append((left, right))
    return kin


def _rival(
    clusters: Clusters, sides: Sides, left: int, right: int, strength: float, thresholds: Thresholds
) -> tuple[int, Pair] | None:
    """Return a cluster that two kept-apart ones claim about equally, and these two; None if the join is uncontested."""
    for claimed, claimant in ((left, right), (right, left)):
        for other in sorted(sides.shared(claimed, clusters.apart_from(claimant))):
            rival = sides.strength(claimed, other)
            same_side = (rival >= thresholds.link) == (strength >= thresholds.link)
            held_already = other in clusters.apart_from(claimed)
            if same_side and not held_already and strength - rival <= thresholds.contest_margin:
                return claimed, (claimant, other)
    return None


def _cannot_tell(sides: Sides, left: int, right: int, thresholds: Thresholds) -> bool:
    """Return whether the other records of two clusters contradict the linking pair by about as much as it weighs."""
    combined = sides.combined(left, right)
    return combined < sides.best(left, right) and abs(combined - thresholds.link) <= thresholds.contest_margin


def _several_of_one_kind(clusters: Clusters, nodes: Sequence[int], values: Values) -> set[int]:
    """Return the holders of identifiers that differ within a cluster and that no chain of records holds together."""
    holders: dict[tuple[int, str], list[int]] = defaultdict(list)
    for node in nodes:
        for kind in values.get(node, {}):
            holders[clusters.find(node), kind].append(node)
    disputed: set[int] = set()
    for (_, kind), records in holders.items():
        groups: list[set[int]] = []
        for record in records:
            held = set(values[record][kind])
            touching = [group for group in groups if not group.isdisjoint(held)]
            groups = [group for group in groups if group.isdisjoint(held)] + [held.union(*touching)]
        if len(groups) > 1:
            disputed.update(records)
    return disputed


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


def _contradictory(nodes: Sequence[int], must_links: Sequence[Pair], cannot_links: Sequence[Pair]) -> set[int]:
    """Return all records of every chain of same-person rulings whose ends are ruled different people."""
    chains = Clusters(nodes)
    for left, right in must_links:
        chains.join(left, right)
    return {
        record
        for left, right in cannot_links
        if chains.find(left) == chains.find(right)
        for record in chains.members(left)
    }
