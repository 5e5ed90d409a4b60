"""Why each gap is there, how sure that is, when it is due and how it is marked: the working table `current`."""

from __future__ import annotations

from datetime import datetime

import duckdb

from pipelines.gaps import marking, sentence
from pipelines.gaps.rule import ALL


def derive(con: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """Make `current`: the rows `gap.finding` should hold open after this run, in its columns.

    The first cause that applies wins: an unlinked record may hold what is missing (`held_but_unlinked`), so nothing
    is known to be absent; the expected system's delivery is too old (`feed_stale`), so its silence proves nothing;
    it holds an answer that may not be shown (`withheld`); the obligation is not due (`not_due`); otherwise `not_held`.

    Args:
        con: holds the filled working tables, and `rule_in_force`.
        as_of: the instant of the run, naive UTC.
    """
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE current AS
        WITH nearest AS (
            SELECT
                answer.gap_id, answer.record_key, answer.items, match_probability,
                system.title, subject_record.source_record_id
            FROM answer
            JOIN found USING (gap_id)
            JOIN near_miss ON near_miss.subject_id = found.subject_id AND near_miss.record_key = answer.record_key
            JOIN system ON system.source_system = near_miss.source_system
            JOIN subject_record ON subject_record.record_key = answer.record_key
            QUALIFY row_number() OVER (
                PARTITION BY answer.gap_id ORDER BY match_weight DESC, direct DESC, answer.record_key
            ) = 1
        ),
        searched AS (
            SELECT
                found.gap_id, list(member.record_key ORDER BY member.record_key) AS record_keys,
                bool_and(system.stale) AS stale, max(system.last_delivery) AS last_delivery
            FROM found
            JOIN member ON member.subject_id = found.subject_id AND (
                member.source_system = found.expected_in
                OR (found.expected_in = '{ALL}' AND member.source_system <> found.held_by))
            JOIN system ON system.source_system = member.source_system
            GROUP BY ALL
        ),
        inputs AS (
            SELECT wanted.gap_id, system.record_marking AS marking
            FROM (
                SELECT gap_id, unnest(records) AS record_key FROM found
                UNION ALL
                SELECT gap_id, record_key FROM nearest
            ) AS wanted
            JOIN member USING (record_key)
            JOIN system USING (source_system)
            UNION ALL
            SELECT wanted.gap_id, information_item.marking
            FROM (
                SELECT gap_id, unnest(items) AS item_key FROM found
                UNION ALL
                SELECT gap_id, unnest(items) FROM nearest
            ) AS wanted
            JOIN nominal.information_item USING (item_key)
        ),
        marked AS (
            SELECT gap_id, {marking.highest("marking")} AS marking FROM inputs GROUP BY gap_id
        ),
        gathered AS (
            SELECT
                found.*,
                rule_in_force.severity, rule_in_force.owner_role, marked.marking,
                coalesce(finding.first_seen, $as_of) AS first_seen,
                CASE WHEN finding.status = 'open' THEN finding.last_seen ELSE $as_of END AS last_seen,
                coalesce(found.trigger_date, finding.first_seen::DATE, $as_of::DATE)
                    + rule_in_force.sla_days AS due_date,
                nearest.record_key AS near_miss_record,
                nearest.match_probability AS near_probability,
                nearest.title AS near_title,
                nearest.source_record_id AS near_source_record_id,
                coalesce(searched.record_keys, []) AS searched,
                coalesce(expected.last_delivery, searched.last_delivery) AS last_delivery,
                coalesce(holder.title, found.held_by) AS held_by_title,
                coalesce(expected.title, 'the other systems') AS expected_in_title,
                coalesce(expected.stale, searched.stale, false) AS stale,
                coalesce(link_confidence.probability, 1.0) AS link_probability
            FROM found
            JOIN rule_in_force USING (rule_id)
            LEFT JOIN gap.finding USING (gap_id)
            LEFT JOIN nearest USING (gap_id)
            LEFT JOIN searched USING (gap_id)
            LEFT JOIN marked USING (gap_id)
            LEFT JOIN link_confidence USING (gap_id)
            LEFT JOIN system AS holder ON holder.source_system = found.held_by
            LEFT JOIN system AS expected ON expected.source_system = found.expected_in
        ),
        caused AS (
            SELECT
                *,
                CASE
                    WHEN near_miss_record IS NOT NULL THEN 'held_but_unlinked'
                    WHEN stale THEN 'feed_stale'
                    WHEN withheld THEN 'withheld'
                    WHEN not_due_before > $as_of::DATE THEN 'not_due'
                    ELSE 'not_held'
                END AS cause
            FROM gathered
        )
        SELECT
            gap_id, subject_id, rule_id, held_by, expected_in, matter, severity, owner_role, due_date,
            first_seen, last_seen, 'open' AS status, cause,
            round(link_probability * (1 - coalesce(near_probability, 0)), 6) AS confidence,
            near_miss_record,
            {sentence.by_cause()} AS sentence,
            to_json({{'records': records, 'items': items, 'searched': searched}}) AS evidence,
            marking
        FROM caused
        """,
        {"as_of": as_of},
    )
