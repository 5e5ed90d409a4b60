"""Why links are missed or false: never scored, scored too low, or scored well and resolved otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from linkage_models.evaluate.ratio import ratio
from linkage_models.resolve.relation import relation, single_row


@dataclass(frozen=True, slots=True)
class MissedLinks:
    """Links that evaluation found wrong, each counted under one cause; the causes of each kind add up to its total.

    Attributes:
        missed: true links not predicted.
        missed_no_edge: of these, pairs without an edge: never compared, or scored below the review threshold.
        missed_below_threshold: pairs whose edge is below the link threshold (near misses).
        missed_by_resolution: pairs whose edge joins but which resolution kept apart.
        false: predicted links that are not true.
        false_by_edge: of these, pairs joined by an edge of their own at or above the link threshold.
        false_below_threshold: pairs with a weaker edge, joined through other records.
        false_no_edge: pairs without an edge, joined through other records or by a decision.
    """

    missed: int
    missed_no_edge: int
    missed_below_threshold: int
    missed_by_resolution: int
    false: int
    false_by_edge: int
    false_below_threshold: int
    false_no_edge: int

    @property
    def edge_share(self) -> float:
        """Share of the missed links that had an edge, and so could still be made by another threshold or resolution."""
        return ratio(self.missed - self.missed_no_edge, self.missed)


def missed(
    con: duckdb.DuckDBPyConnection, *, predicted: str, truth: str, edges: str, link_threshold: float
) -> MissedLinks:
    """Divide false and missed links by what the edges say about them.

    Args:
        con: any connection that can read the relations.
        predicted: relation (record_key, subject_id), `record_key` unique.
        truth: relation (record_key, person_id), `record_key` unique.
        edges: relation (record_l, record_r, match_weight), one row per pair.
        link_threshold: match weight from which an edge joins its records.

    Returns:
        Counts of links between records that have both a subject and a person.

    Raises:
        duckdb.Error: a relation is missing or lacks a column.
    """
    # Pairs are never enumerated: those of each group follow from its size, and only scored pairs exist as rows.
    query = f"""
        WITH record AS (
            SELECT record_key, subject_id, person_id
            FROM {relation(predicted)} JOIN {relation(truth)} USING (record_key)
        ),
        cell AS (
            SELECT subject_id, person_id, count(*) AS records FROM record GROUP BY ALL
        ),
        subject_total AS (
            SELECT sum(records)::BIGINT AS records FROM cell GROUP BY subject_id
        ),
        person_total AS (
            SELECT sum(records)::BIGINT AS records FROM cell GROUP BY person_id
        ),
        right_link AS (
            SELECT coalesce(sum(records * (records - 1) // 2), 0)::BIGINT AS links FROM cell
        ),
        scored AS (
            SELECT
                l.subject_id = r.subject_id AS together,
                l.person_id = r.person_id AS same_person,
                edge.match_weight >= $link_threshold AS joins
            FROM {relation(edges)} AS edge
            JOIN record AS l ON l.record_key = edge.record_l
            JOIN record AS r ON r.record_key = edge.record_r
            WHERE together <> same_person
        )
        SELECT
            (SELECT coalesce(sum(records * (records - 1) // 2), 0)::BIGINT FROM person_total) - any_value(links),
            (SELECT count(*) FILTER (same_person AND NOT joins) FROM scored),
            (SELECT count(*) FILTER (same_person AND joins) FROM scored),
            (SELECT coalesce(sum(records * (records - 1) // 2), 0)::BIGINT FROM subject_total) - any_value(links),
            (SELECT count(*) FILTER (together AND joins) FROM scored),
            (SELECT count(*) FILTER (together AND NOT joins) FROM scored)
        FROM right_link
        """
    counted = single_row(con, query, {"link_threshold": link_threshold})
    links_missed, missed_below, missed_joining, links_false, false_joining, false_below = counted
    return MissedLinks(
        missed=links_missed,
        missed_no_edge=links_missed - missed_below - missed_joining,
        missed_below_threshold=missed_below,
        missed_by_resolution=missed_joining,
        false=links_false,
        false_by_edge=false_joining,
        false_below_threshold=false_below,
        false_no_edge=links_false - false_joining - false_below,
    )
