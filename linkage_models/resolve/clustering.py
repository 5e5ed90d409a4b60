"""Edges and people's decisions to clusters at three nested thresholds.

A component with a sign of conflict is settled in `conflict`; everything else is connected components.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkage_models.relations import relation, single_row
from linkage_models.resolve.components import Codes, connected_components
from linkage_models.resolve.conflict import FLAGS, ScoredPair, Separation, separate
from linkage_models.resolve.thresholds import Thresholds

ONCE_HELD = ("pnc", "cro")
"""Kinds of identifier that one person has once, but for errors and mergers that a source has not made."""


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


@dataclass(frozen=True, slots=True)
class _Graph:
    """The records as codes, 0 to `nodes - 1` in the order of their keys, and the pairs between them."""

    nodes: int
    left: Codes
    right: Codes
    weight: NDArray[np.float64]
    must_links: Codes
    cannot_links: Codes
    holder: Codes
    kind: NDArray[np.str_]
    value: Codes


def partition(
    con: duckdb.DuckDBPyConnection,
    *,
    records: str,
    edges: str,
    decisions: str,
    thresholds: Thresholds,
    into: str,
    flags: str,
    once_held: Sequence[str] = ONCE_HELD,
) -> PartitionCounts:
    """Cluster records by evidence and decisions; the same rows give the same clusters in whatever order they lie.

    Records join where an edge reaches the threshold or a decision in force rules them the same, directly or through
    others, and never where a decision rules them different (design invariant 4). Where records of a component speak
    against each other, it is split where the evidence is weakest, as `conflict` says. Records that two people ruled
    different claim about equally go to neither. Where decisions contradict each other, which `check_decision` prevents
    but an import may bring, the ruling 'different' stands, same-person rulings apply oldest first as far as they can,
    and all records of the chain are flagged. A decision about a record that has vanished still binds the others named
    with it.

    Args:
        con: connection inside the caller's transaction.
        records: relation shaped as `nominal.record`: a unique `record_key`, and `identifiers`.
        edges: relation shaped as `linkage.edge`: (record_l, record_r, match_weight, evidence), one row per pair; rows
            about other records are ignored.
        decisions: relation shaped as `linkage.decision`.
        thresholds: match weights of the three levels.
        into: table to create or replace: (record_key, cluster, strict_cluster, wide_cluster), where a cluster is named
            by its smallest record key; strict clusters lie inside clusters, and those inside wide clusters.
        flags: table (record_key, flag) in which this function's flags are brought up to date; others are left.
        once_held: kinds of identifier that one person has once.

    Returns:
        Counts for logs and metadata.

    Raises:
        duckdb.Error: a relation is missing or lacks a column.
    """
    graph = _read_graph(con, records, edges, decisions)
    levels = {
        level: connected_components(
            graph.nodes,
            np.concatenate([graph.left[joins], graph.must_links[:, 0]]),
            np.concatenate([graph.right[joins], graph.must_links[:, 1]]),
        )
        for level, joins in (
            ("strict_cluster", graph.weight >= thresholds.strict),
            ("cluster", graph.weight >= thresholds.link),
            ("wide_cluster", graph.weight >= thresholds.wide),
        )
    }
    separation = _settle_conflicts(con, edges, graph, levels["wide_cluster"], thresholds, once_held)
    for level, labels in (
        ("strict_cluster", separation.strict),
        ("cluster", separation.link),
        ("wide_cluster", separation.wide),
    ):
        levels[level][list(labels.keys())] = list(labels.values())

    _write_partition(con, levels, into)
    flagged = _write_flags(con, separation, flags)
    count, clusters, strict_clusters, wide_clusters = single_row(
        con,
        f"""
        SELECT count(*), count(DISTINCT cluster), count(DISTINCT strict_cluster), count(DISTINCT wide_cluster)
        FROM {relation(into)}
        """,
    )
    con.execute("DROP TABLE temp._resolve_node")
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


def _read_graph(con: duckdb.DuckDBPyConnection, records: str, edges: str, decisions: str) -> _Graph:
    """Give every record a code and read the pairs as codes; leaves the table `_resolve_node` behind."""
    # Records known from decisions alone come last, so that a component's smallest code is one of a present record.
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE _resolve_node AS
        WITH decided AS (
            SELECT DISTINCT unnest([record_a, record_b]) AS record_key
            FROM {relation(decisions)}
            WHERE withdrawn_at IS NULL
        ),
        node AS (
            SELECT record_key, true AS present FROM {relation(records)}
            UNION ALL
            SELECT record_key, false FROM decided ANTI JOIN {relation(records)} USING (record_key)
        )
        SELECT record_key, present, row_number() OVER (ORDER BY NOT present, record_key) - 1 AS code FROM node
        """
    )
    ruled = f"""
        SELECT a.code AS code_a, b.code AS code_b
        FROM {relation(decisions)} AS decision
        JOIN _resolve_node AS a ON a.record_key = decision.record_a
        JOIN _resolve_node AS b ON b.record_key = decision.record_b
        WHERE decision.withdrawn_at IS NULL AND decision.verdict = $verdict AND record_a <> record_b
        ORDER BY decision.decided_at, decision.decision_id
        """
    must_links, cannot_links = (
        con.execute(ruled, {"verdict": verdict}).fetchnumpy() for verdict in ("same", "different")
    )
    scored = con.execute(
        f"""
        WITH ruled_different AS (
            SELECT least(record_a, record_b) AS record_l, greatest(record_a, record_b) AS record_r
            FROM {relation(decisions)}
            WHERE withdrawn_at IS NULL AND verdict = 'different'
        )
        SELECT l.code AS code_l, r.code AS code_r, edge.match_weight AS weight
        FROM {relation(edges)} AS edge
        ANTI JOIN ruled_different USING (record_l, record_r)
        JOIN _resolve_node AS l ON l.record_key = edge.record_l AND l.present
        JOIN _resolve_node AS r ON r.record_key = edge.record_r AND r.present
        """
    ).fetchnumpy()
    held = con.execute(
        f"""
        SELECT node.code, held.kind, dense_rank() OVER (ORDER BY held.kind, held.value) AS value
        FROM (SELECT record_key, unnest(identifiers) AS held FROM {relation(records)}) AS record
        JOIN _resolve_node AS node USING (record_key)
        WHERE held.valid AND held.kind IS NOT NULL AND held.value IS NOT NULL
        """
    ).fetchnumpy()
    (nodes,) = single_row(con, "SELECT count(*) FROM _resolve_node")
    return _Graph(
        nodes=nodes,
        left=np.asarray(scored["code_l"]),
        right=np.asarray(scored["code_r"]),
        weight=np.asarray(scored["weight"]),
        must_links=np.stack([must_links["code_a"], must_links["code_b"]], axis=1),
        cannot_links=np.stack([cannot_links["code_a"], cannot_links["code_b"]], axis=1),
        holder=np.asarray(held["code"]),
        kind=np.asarray(held["kind"]),
        value=np.asarray(held["value"]),
    )


def _settle_conflicts(
    con: duckdb.DuckDBPyConnection,
    edges: str,
    graph: _Graph,
    wide: Codes,
    thresholds: Thresholds,
    once_held: Sequence[str],
) -> Separation:
    """Cluster anew the wide components with a sign of conflict.

    The signs: two records ruled different; a scored pair below the link threshold, as every pair of possible kin is;
    two identifiers of a kind that a person has once.
    """
    doubtful = graph.weight < thresholds.link
    signs = [
        wide[pairs[wide[pairs[:, 0]] == wide[pairs[:, 1]]][:, 0]]
        for pairs in (graph.cannot_links, np.stack([graph.left[doubtful], graph.right[doubtful]], axis=1))
    ]
    for kind in once_held:
        component, value = wide[graph.holder[graph.kind == kind]], graph.value[graph.kind == kind]
        smallest = np.full(graph.nodes, np.iinfo(np.int64).max)
        largest = np.zeros(graph.nodes, np.int64)
        np.minimum.at(smallest, component, value)
        np.maximum.at(largest, component, value)
        signs.append(np.flatnonzero(smallest < largest))
    in_conflict = np.isin(wide, np.concatenate(signs))
    values: dict[int, dict[str, frozenset[int]]] = {}
    chosen = in_conflict[graph.holder]
    for holder, kind, value in sorted(
        zip(graph.holder[chosen].tolist(), graph.kind[chosen].tolist(), graph.value[chosen].tolist(), strict=True)
    ):
        kinds = values.setdefault(holder, {})
        kinds[kind] = kinds.get(kind, frozenset()) | {value}
    return separate(
        np.flatnonzero(in_conflict).tolist(),
        _read_evidence(con, edges, graph, wide, in_conflict),
        _pairs_within(graph.must_links, in_conflict),
        _pairs_within(graph.cannot_links, in_conflict),
        values,
        once_held,
        thresholds,
    )


def _read_evidence(
    con: duckdb.DuckDBPyConnection, edges: str, graph: _Graph, wide: Codes, in_conflict: NDArray[np.bool_]
) -> Iterator[ScoredPair]:
    """Yield the scored pairs within the chosen components with the weight of each comparison."""
    within = in_conflict[graph.left] & (wide[graph.left] == wide[graph.right])
    con.register("_resolve_pair", pa.table({"code_l": graph.left[within], "code_r": graph.right[within]}))
    scored = con.execute(
        f"""
        -- Both keys before the edges are joined: by one key alone, a record with many edges would meet them all.
        WITH pair AS MATERIALIZED (
            SELECT code_l, code_r, l.record_key AS record_l, r.record_key AS record_r
            FROM _resolve_pair
            JOIN _resolve_node AS l ON l.code = code_l
            JOIN _resolve_node AS r ON r.code = code_r
        )
        SELECT code_l, code_r, edge.match_weight,
            list_transform(edge.evidence, lambda part: part.comparison),
            list_transform(edge.evidence, lambda part: part.weight)
        FROM pair JOIN {relation(edges)} AS edge USING (record_l, record_r)
        """
    ).fetchall()
    con.unregister("_resolve_pair")
    for left, right, weight, comparisons, parts in scored:
        yield left, right, weight, dict(zip(comparisons, parts, strict=True))


def _pairs_within(pairs: Codes, chosen: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the pairs both of whose nodes are chosen, in their order."""
    return [(left, right) for left, right in pairs[chosen[pairs].all(axis=1)].tolist()]


def _write_partition(con: duckdb.DuckDBPyConnection, levels: dict[str, Codes], into: str) -> None:
    """Name every cluster by its smallest record key and write the table."""
    labels = pa.table({"code": np.arange(len(levels["cluster"])), **levels})
    con.register("_resolve_label", labels)
    con.execute(
        f"""
        CREATE OR REPLACE TABLE {relation(into)} AS
        SELECT node.record_key, link.record_key AS cluster, strict.record_key AS strict_cluster,
            wide.record_key AS wide_cluster
        FROM _resolve_label AS label
        JOIN _resolve_node AS node ON node.code = label.code
        JOIN _resolve_node AS link ON link.code = label.cluster
        JOIN _resolve_node AS strict ON strict.code = label.strict_cluster
        JOIN _resolve_node AS wide ON wide.code = label.wide_cluster
        WHERE node.present
        ORDER BY node.record_key
        """
    )
    con.unregister("_resolve_label")


def _write_flags(con: duckdb.DuckDBPyConnection, separation: Separation, flags: str) -> int:
    """Add and remove only the flags that changed; return how many records are flagged now."""
    flagged = sorted((code, flag) for flag, codes in separation.flagged.items() for code in codes)
    columns = pa.table(
        {
            "code": pa.array([code for code, _ in flagged], pa.int64()),
            "flag": pa.array([flag for _, flag in flagged], pa.string()),
        }
    )
    con.register("_resolve_flagged", columns)
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE _resolve_flag AS
        SELECT node.record_key, flagged.flag
        FROM _resolve_flagged AS flagged
        JOIN _resolve_node AS node ON node.code = flagged.code AND node.present
        ORDER BY ALL
        """
    )
    con.unregister("_resolve_flagged")
    con.execute(
        f"""
        DELETE FROM {relation(flags)} AS old
        WHERE list_contains($flags, old.flag)
            AND NOT EXISTS (
                FROM _resolve_flag AS new WHERE new.record_key = old.record_key AND new.flag = old.flag
            )
        """,
        {"flags": list(FLAGS)},
    )
    con.execute(
        f"""
        INSERT INTO {relation(flags)} (record_key, flag)
        SELECT record_key, flag FROM _resolve_flag ANTI JOIN {relation(flags)} USING (record_key, flag)
        ORDER BY ALL
        """
    )
    (count,) = single_row(con, "SELECT count(DISTINCT record_key) FROM _resolve_flag")
    con.execute("DROP TABLE temp._resolve_flag")
    return int(count)
