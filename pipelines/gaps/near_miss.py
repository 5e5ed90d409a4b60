"""Near misses around the gaps: records of other subjects that may be of the same person and hold what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb

from pipelines.gaps import working
from pipelines.gaps.rule import ALL, Rule


def collect(con: duckdb.DuckDBPyConnection) -> None:
    """Fill `near_miss` for every subject with a gap.

    An edge between two subjects makes every record of the other subject plausible: a record with an edge of its own
    takes its best one, the others the best edge between the two subjects. Subjects a person has ruled apart are no
    near misses.
    """
    for own, other in (("record_l", "record_r"), ("record_r", "record_l")):
        con.execute(f"""
            INSERT INTO edge_of_gap
            SELECT
                own.subject_id, other.subject_id AS near_subject_id, other.record_key,
                match_weight, match_probability
            FROM linkage.edge
            JOIN (FROM member SEMI JOIN found USING (subject_id)) AS own ON own.record_key = {own}
            JOIN member AS other ON other.record_key = {other}
        """)
    con.execute("""
        INSERT INTO near_miss
        WITH ruled_apart AS (
            SELECT a.subject_id AS subject_a, b.subject_id AS subject_b
            FROM linkage.decision
            JOIN member AS a ON a.record_key = record_a
            JOIN member AS b ON b.record_key = record_b
            WHERE verdict = 'different' AND withdrawn_at IS NULL
        ),
        apart AS (
            SELECT subject_a AS subject_id, subject_b AS near_subject_id FROM ruled_apart
            UNION ALL
            SELECT subject_b, subject_a FROM ruled_apart
        ),
        plausible AS (
            SELECT *
            FROM edge_of_gap
            ANTI JOIN apart USING (subject_id, near_subject_id)
            WHERE subject_id <> near_subject_id
        ),
        between_subjects AS (
            SELECT subject_id, near_subject_id, max(match_weight) AS match_weight,
                arg_max(match_probability, match_weight) AS match_probability
            FROM plausible
            GROUP BY ALL
        ),
        of_record AS (
            SELECT subject_id, record_key, max(match_weight) AS match_weight,
                arg_max(match_probability, match_weight) AS match_probability
            FROM plausible
            GROUP BY ALL
        )
        SELECT
            between_subjects.subject_id, member.record_key, member.source_system, between_subjects.near_subject_id,
            coalesce(of_record.match_weight, between_subjects.match_weight),
            coalesce(of_record.match_probability, between_subjects.match_probability),
            of_record.record_key IS NOT NULL
        FROM between_subjects
        JOIN member ON member.subject_id = between_subjects.near_subject_id
        LEFT JOIN of_record
            ON of_record.subject_id = between_subjects.subject_id AND of_record.record_key = member.record_key
    """)


def answer(con: duckdb.DuckDBPyConnection, rules: Iterable[Rule], as_of: date) -> None:
    """Fill `answer` with the near misses that hold what a gap says is missing.

    A rule without `answered_by` is answered by the mere existence of a record in the expected system.

    Raises:
        ConfigurationError: the SQL of an `answered_by` fails on the data.
    """
    for rule in rules:
        working.choose(con, rule.spec.id)
        if rule.answers is None:
            con.execute(f"INSERT INTO answer SELECT this_gap.gap_id, record_key, [] FROM {_IN_EXPECTED_SYSTEM}")
            continue
        items = "items" if "items" in rule.answers.columns else "[]"
        try:
            con.execute(
                f"""
                INSERT INTO answer
                WITH answered AS (
                    {rule.answers.sql}
                )
                SELECT this_gap.gap_id, near_miss.record_key, flatten(list(coalesce(answered.items, [])))
                FROM (SELECT gap_id, record_key, {items} AS items FROM answered) AS answered
                JOIN {_IN_EXPECTED_SYSTEM} USING (gap_id, record_key)
                GROUP BY ALL
                """,
                rule.answers.values(as_of) or None,
            )
        except (duckdb.DataError, duckdb.ProgrammingError) as error:
            # The engine's own words may quote a value of a row.
            raise rule.error("answered_by", f"it fails on the data with a {type(error).__name__}") from None


_IN_EXPECTED_SYSTEM = f"""
    this_gap
    JOIN near_miss ON near_miss.subject_id = this_gap.subject_id
        AND (near_miss.source_system = this_gap.expected_in
            OR (this_gap.expected_in = '{ALL}' AND near_miss.source_system <> this_gap.held_by))
"""
"""Each gap of the rule at hand with the near misses in the system that should hold what is missing."""
