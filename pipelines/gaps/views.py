"""The TEMP views, tables and macros that rule SQL reads, named in the words of the design page.

docs/reference/gap-rules.md describes each to those who write rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb

from pipelines.gaps.rule import Risk

CLOSE_NAME = 0.9
"""Jaro-Winkler similarity at which two spellings of a forename or surname count as one: what the production justice
model calls a close name (domain facts, section 4)."""

_ITEMS: dict[str, str] = {
    "MACRO close_spelling(a, b)": f"""
        a = b OR jaro_winkler_similarity(a, b) >= {CLOSE_NAME}
    """,
    # A one-word name has no forename; an empty one keeps it comparable.
    "MACRO same_name(forename_a, surname_a, forename_b, surname_b)": """
        (close_spelling(coalesce(forename_a, ''), coalesce(forename_b, ''))
            AND close_spelling(coalesce(surname_a, ''), coalesce(surname_b, '')))
        OR (close_spelling(coalesce(forename_a, ''), coalesce(surname_b, ''))
            AND close_spelling(coalesce(surname_a, ''), coalesce(forename_b, '')))
    """,
    "MACRO name_text(forename, surname)": """
        coalesce(forename, '') || '/' || coalesce(surname, '')
    """,
    "MACRO any_same_name(texts, forename, surname)": """
        list_bool_or(list_transform(texts, lambda text: same_name(
            split_part(text, '/', 1), split_part(text, '/', 2), forename, surname)))
    """,
    "MACRO in_words(day)": """
        strftime(day, '%-d %B %Y')
    """,
    "MACRO counted(number, one, several)": """
        CASE WHEN number = 1 THEN 'one ' || one ELSE number || ' ' || several END
    """,
    "TABLE member": """
        SELECT membership.record_key, membership.subject_id, record.source_system
        FROM linkage.membership
        JOIN nominal.record USING (record_key)
        WHERE membership.until IS NULL
    """,
    "VIEW subject_record": """
        SELECT member.subject_id, record.*
        FROM nominal.record
        JOIN member USING (record_key)
    """,
    "VIEW item": """
        SELECT member.subject_id, information_item.*
        FROM nominal.information_item
        JOIN member USING (record_key)
    """,
    "TABLE alert": """
        SELECT subject_id, record_key, item_key, source_system, code, from_date, detail
        FROM item
        WHERE kind = 'alert' AND active
    """,
    "TABLE registration": """
        SELECT
            subject_id, record_key, item_key, source_system, code, from_date, detail,
            detail ->> 'category' AS category, detail ->> 'level' AS level
        FROM item
        WHERE kind = 'registration' AND active
    """,
    "TABLE custody": """
        SELECT subject_id, record_key, item_key, source_system, code AS establishment, from_date, detail
        FROM item
        WHERE kind = 'custody' AND active
    """,
    "TABLE sentence": """
        SELECT subject_id, record_key, item_key, source_system, code, item_date AS sentence_date, detail
        FROM item
        WHERE kind = 'sentence'
    """,
    "TABLE release_date": """
        SELECT
            subject_id, record_key, item_key, source_system, code AS release_type, item_date AS release_date, detail
        FROM item
        WHERE kind = 'release_date' AND item_date IS NOT NULL
    """,
}
"""Each as kind and signature, and what it is; later ones build on earlier ones."""

_OF_RISK_SUBJECTS: dict[str, str] = {
    # Details are wanted of few subjects and cost most to gather, so they are gathered once, and of those alone.
    "TABLE risk_member": """
        WITH own AS (
            FROM member SEMI JOIN risk_subject USING (subject_id)
        ),
        near AS (
            SELECT record_r AS record_key FROM linkage.edge SEMI JOIN own ON own.record_key = record_l
            UNION ALL
            SELECT record_l FROM linkage.edge SEMI JOIN own ON own.record_key = record_r
        ),
        subject AS (
            SELECT subject_id FROM risk_subject
            UNION
            SELECT subject_id FROM member SEMI JOIN near USING (record_key)
        )
        FROM member SEMI JOIN subject USING (subject_id)
    """,
    "TABLE address": """
        SELECT subject_id, record_key, item_key, item.source_system, code AS postcode, from_date, to_date
        FROM nominal.information_item AS item
        JOIN risk_member USING (record_key)
        WHERE kind = 'address' AND code IS NOT NULL
    """,
    "TABLE contact_point": """
        SELECT subject_id, record_key, item_key, item.source_system, lower(code) AS category, value, from_date
        FROM nominal.information_item AS item
        JOIN risk_member USING (record_key)
        WHERE kind = 'contact_point' AND value IS NOT NULL
    """,
    # An alias that came as an item of its own keeps that item's key, for its marking.
    "TABLE name": """
        WITH held AS (
            SELECT subject_id, record_key, record.source_system, unnest(names) AS name
            FROM nominal.record
            JOIN risk_member USING (record_key)
        ),
        given AS (
            SELECT record_key, value, min(item_key) AS item_key
            FROM nominal.information_item
            SEMI JOIN risk_member USING (record_key)
            WHERE kind = 'name'
            GROUP BY ALL
        )
        SELECT
            subject_id, held.record_key, source_system, name.kind, name.forename, name.surname,
            CASE WHEN name.kind = 'alias' THEN given.item_key END AS item_key
        FROM held
        LEFT JOIN given ON given.record_key = held.record_key AND given.value = name.as_given
        WHERE name.forename IS NOT NULL OR name.surname IS NOT NULL
    """,
    "TABLE birth_date": """
        SELECT subject_id, record_key, record.source_system, unnest(birth_dates) AS birth_date
        FROM nominal.record
        JOIN risk_member USING (record_key)
    """,
}
"""The details of risk subjects, which build on `risk_subject`."""

OF_RISK = frozenset({"risk_subject", *(signature.split(" ")[1] for signature in _OF_RISK_SUBJECTS)})
"""What holds nothing where the deployment does not say what makes a risk subject."""


def prepare(con: duckdb.DuckDBPyConnection, risk: Risk | None = None, as_of: date | None = None) -> None:
    """Make everything rule SQL may read, on a connection that holds the warehouse's tables.

    Args:
        con: the connection.
        risk: what makes a risk subject; None where nothing does.
        as_of: the day of the run, which `risk` needs.

    Raises:
        ConfigurationError: the SQL of the risk subjects fails on the data.
    """
    prepare_items(con)
    subjects = risk.subjects.sql if risk else "SELECT NULL AS subject_id"
    values = risk.subjects.values(as_of) if risk and as_of else {}
    try:
        con.execute(
            "CREATE OR REPLACE TEMP TABLE risk_subject AS "
            f"SELECT DISTINCT subject_id::VARCHAR AS subject_id FROM ({subjects}) WHERE subject_id IS NOT NULL",
            values or None,
        )
    except (duckdb.DataError, duckdb.ProgrammingError) as error:
        if risk is None:
            raise
        # The engine's own words may quote a value of a row.
        raise risk.error("sql", f"it fails on the data with a {type(error).__name__}") from None
    _make(con, _OF_RISK_SUBJECTS)


def prepare_items(con: duckdb.DuckDBPyConnection) -> None:
    """Make what the SQL of risk subjects may read: all that does not build on it."""
    _make(con, _ITEMS)


def _make(con: duckdb.DuckDBPyConnection, statements: Mapping[str, str]) -> None:
    for signature, body in statements.items():
        text = f"({body})" if signature.startswith("MACRO") else body
        con.execute(f"CREATE OR REPLACE TEMP {signature} AS {text}")


def drop(con: duckdb.DuckDBPyConnection) -> None:
    """Remove what `prepare` made."""
    for signature in reversed([*_ITEMS, "TABLE risk_subject", *_OF_RISK_SUBJECTS]):
        kind, name = signature.split("(")[0].split(" ")
        con.execute(f"DROP {kind} temp.{name}")
