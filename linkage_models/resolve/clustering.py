"""Edges and people's decisions to clusters at three nested thresholds.

A component with a sign of conflict is settled in `conflict`; everything else is connected components.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from linkage_models.relations import Temporaries, relation, single_row
from linkage_models.resolve.components import Codes, connected_components
from linkage_models.resolve.conflict import ONCE_HELD, Separation, separate
from linkage_models.resolve.graph import Graph
from linkage_models.resolve.thresholds import Thresholds
from linkage_models.words import counted

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PartitionCounts:
    """What one partition was made from and came to.

    Attributes:
        records: records partitioned.
        edges: edges at or above the wide threshold between two of them, without pairs ruled different.
        must_links: decisions in force that two records are the same person.
        cannot_links: decisions in force that two records are different people.
        clusters: clusters at the link threshold.
        strict_clusters: clusters at the strict threshold.
        wide_clusters: clusters at the wide threshold.
        flagged: records flagged for review here.
    """

    records: int
    edges: int
    must_links: int
    cannot_links: int
    clusters: int
    strict_clusters: int
    wide_clusters: int
    flagged: int


def partition(
    con: duckdb.DuckDBPyConnection,
    *,
    records: str,
    edges: str,
    decisions: str,
    thresholds: Thresholds,
    into: str,
    flags: str,
) -> PartitionCounts:
    """Cluster records by evidence and decisions; the order of the rows makes no difference.

    Records join if an edge reaches the threshold or a decision in force rules them the same, directly or through
    others, and never if a decision rules them different (design invariant 4). If records of a component speak
    against each other, it is split where the evidence is weakest, as `conflict` says. Records that two people ruled
    different claim about equally go to neither. If decisions contradict each other, which `check_decisions` prevents
    but an import may bring, the ruling 'different' stands, same-person rulings apply oldest first as far as they can,
    and all records of the chain are flagged. A decision about a record that has vanished still binds the others named
    with it.

    Args:
        con: connection inside the caller's transaction.
        records: relation of `relations.RECORD`; its `record_key` and `identifiers` are read.
        edges: relation of `relations.EDGE`; rows about other records are ignored.
        decisions: relation of `relations.DECISION`.
        thresholds: match weights of the three levels.
        into: table to create or replace: (record_key, cluster, strict_cluster, wide_cluster), where a cluster is named
            by its smallest record key; strict clusters lie inside clusters, and those inside wide clusters.
        flags: table of `relations.REVIEW_FLAG`; the flags of `FLAGS` are brought up to date in it, others are left.

    Returns:
        Counts for logs and metadata.

    Raises:
        duckdb.Error: a relation is missing or lacks a column.
    """
    with Temporaries(con) as own:
        graph = Graph(own, records, edges, decisions)
        levels = {
            "cluster": _components(graph, thresholds.link),
            "strict_cluster": _components(graph, thresholds.strict),
            "wide_cluster": _components(graph, thresholds.wide),
        }
        settled = _settle_conflicts(graph, levels["wide_cluster"], thresholds)
        for level, labels in (
            ("cluster", settled.link),
            ("strict_cluster", settled.strict),
            ("wide_cluster", settled.wide),
        ):
            levels[level][list(labels)] = list(labels.values())
        graph.write_clusters(levels, into)
        flagged = graph.write_flags(settled.flagged, flags)
    count, clusters, strict_clusters, wide_clusters = single_row(
        con,
        "SELECT count(*), count(DISTINCT cluster), count(DISTINCT strict_cluster), count(DISTINCT wide_cluster) "
        f"FROM {relation(into)}",
    )
    _LOG.info(
        "%s in %s, %d flagged for review",
        counted(count, "nominal record"), counted(clusters, "cluster"), flagged,
    )  # fmt: skip
    return PartitionCounts(
        records=count,
        edges=int((graph.weight >= thresholds.wide).sum()),
        must_links=len(graph.must_links),
        cannot_links=len(graph.cannot_links),
        clusters=clusters,
        strict_clusters=strict_clusters,
        wide_clusters=wide_clusters,
        flagged=flagged,
    )


def _components(graph: Graph, threshold: float) -> Codes:
    """Label the components connected by same-person rulings and by edges at or above a threshold."""
    joins = graph.weight >= threshold
    return connected_components(
        graph.nodes,
        np.concatenate([graph.left[joins], graph.must_links[:, 0]]),
        np.concatenate([graph.right[joins], graph.must_links[:, 1]]),
    )


def _settle_conflicts(graph: Graph, wide: Codes, thresholds: Thresholds) -> Separation:
    """Cluster again the wide components with a sign of conflict."""
    in_conflict = np.isin(wide, _conflicted(graph, wide, thresholds))
    values: dict[int, dict[str, frozenset[int]]] = {}
    chosen = in_conflict[graph.holder]
    for holder, kind, value in sorted(
        zip(graph.holder[chosen].tolist(), graph.kind[chosen].tolist(), graph.value[chosen].tolist(), strict=True)
    ):
        kinds = values.setdefault(holder, {})
        kinds[kind] = kinds.get(kind, frozenset()) | {value}
    return separate(
        np.flatnonzero(in_conflict).tolist(),
        graph.evidence(in_conflict[graph.left] & (wide[graph.left] == wide[graph.right])),
        _pairs_within(graph.must_links, in_conflict),
        _pairs_within(graph.cannot_links, in_conflict),
        values,
        thresholds,
    )


def _conflicted(graph: Graph, wide: Codes, thresholds: Thresholds) -> Codes:
    """Return the labels of the wide components with a sign of conflict.

    The signs: two records ruled different; a scored pair below the link threshold, as every pair of possible kin is;
    two identifiers of a kind that a person has once.
    """
    doubtful = graph.weight < thresholds.link
    signs = [
        wide[pairs[wide[pairs[:, 0]] == wide[pairs[:, 1]]][:, 0]]
        for pairs in (graph.cannot_links, np.stack([graph.left[doubtful], graph.right[doubtful]], axis=1))
    ]
    for kind in ONCE_HELD:
        component, value = wide[graph.holder[graph.kind == kind]], graph.value[graph.kind == kind]
        smallest = np.full(graph.nodes, np.iinfo(np.int64).max)
        largest = np.zeros(graph.nodes, np.int64)
        np.minimum.at(smallest, component, value)
        np.maximum.at(largest, component, value)
        signs.append(np.flatnonzero(smallest < largest))
    return np.concatenate(signs)


def _pairs_within(pairs: Codes, chosen: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the pairs both of whose nodes are chosen, in their order."""
    return [(left, right) for left, right in pairs[chosen[pairs].all(axis=1)].tolist()]
