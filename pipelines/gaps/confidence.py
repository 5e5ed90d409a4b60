"""How far the links a gap rests on can be relied on: the weakest link of the strongest tree that joins its records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import duckdb

Edge = tuple[str, str, float]
"""Two record keys and the probability that they are of one person."""

NOT_JOINED = 0.0
"""For records of one subject that neither edge nor decision joins: nothing says that they are of one person."""


def measure(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `link_confidence` for the gaps that rest on records of more than one source system.

    A gap rests on the records that hold the information and on the subject's records in the system it was looked for
    in. A gap inside one system, or one that rests on a single record, needs no link and gets no row.
    """
    gaps = con.execute("""
        WITH searched AS (
            SELECT found.gap_id, list(member.record_key) AS record_keys
            FROM found
            JOIN member ON member.subject_id = found.subject_id AND (
                member.source_system = found.expected_in
                OR (found.expected_in = 'all' AND member.source_system <> found.held_by))
            WHERE found.held_by <> found.expected_in
            GROUP BY ALL
        )
        SELECT found.gap_id, found.subject_id,
            list_sort(list_distinct(list_concat(found.records, coalesce(searched.record_keys, [])))) AS rests_on
        FROM found
        LEFT JOIN searched USING (gap_id)
        WHERE found.held_by <> found.expected_in AND len(rests_on) > 1
        ORDER BY ALL
    """).fetchall()
    edges = _edges_by_subject(con)
    measured = {gap_id: bottleneck(rests_on, edges[subject_id]) for gap_id, subject_id, rests_on in gaps}
    con.execute(
        "INSERT INTO link_confidence SELECT unnest($gap_ids), unnest($probabilities)",
        {"gap_ids": list(measured.keys()), "probabilities": list(measured.values())},
    )


def bottleneck(records: Iterable[str], edges: Iterable[Edge]) -> float:
    """Return the lowest probability on the maximum spanning tree between the records.

    Kruskal: taking edges from the strongest down, the one that brings the last two of the records together is the
    weakest that has to hold.

    Args:
        records: keys of two or more records of one subject.
        edges: the subject's edges, the most probable first.
    """
    wanted = set(records)
    leader: dict[str, str] = {}
    reached: dict[str, set[str]] = {}

    def root(record: str) -> str:
        if record not in leader:
            leader[record] = record
            reached[record] = {record} & wanted
        while leader[record] != record:
            leader[record] = leader[leader[record]]
            record = leader[record]
        return record

    for left, right, probability in edges:
        keep, join = root(left), root(right)
        if keep == join:
            continue
        leader[join] = keep
        reached[keep] |= reached.pop(join)
        if len(reached[keep]) == len(wanted):
            return probability
    return NOT_JOINED


def _edges_by_subject(con: duckdb.DuckDBPyConnection) -> defaultdict[str, list[Edge]]:
    """Return the edges inside each subject with a gap, the most probable first; a person's "same" is certain."""
    rows = con.execute("""
        WITH inside AS (
            SELECT record_key, subject_id FROM member WHERE subject_id IN (SELECT subject_id FROM found)
        ),
        joined AS (
            SELECT record_l, record_r, match_probability FROM linkage.edge
            UNION ALL
            SELECT record_a, record_b, 1.0 FROM linkage.decision WHERE verdict = 'same' AND withdrawn_at IS NULL
        )
        SELECT l.subject_id, record_l, record_r, match_probability
        FROM joined
        JOIN inside AS l ON l.record_key = record_l
        JOIN inside AS r ON r.record_key = record_r
        WHERE l.subject_id = r.subject_id
        ORDER BY match_probability DESC, record_l, record_r
    """).fetchall()
    edges: defaultdict[str, list[Edge]] = defaultdict(list)
    for subject_id, left, right, probability in rows:
        edges[subject_id].append((left, right, probability))
    return edges
