"""The TEMP tables the engine fills while it works: what the rules found, and the near misses around it."""

from __future__ import annotations

import duckdb

from linkage_models.relations import literal

_TABLES: dict[str, str] = {
    # What the rules yielded, one row per gap; `missing` is what the expected system was searched for.
    "found": """
        gap_id VARCHAR, rule_id VARCHAR, subject_id VARCHAR, held_by VARCHAR, expected_in VARCHAR, matter VARCHAR,
        trigger_date DATE, not_due_before DATE, withheld BOOLEAN,
        records VARCHAR[], items VARCHAR[], missing VARCHAR[], holds VARCHAR, lacks VARCHAR, act VARCHAR
    """,
    # Edges seen from subjects with a gap. A table of its own, because DuckDB has no statistics of tables made in the
    # same transaction: asked for subjects that differ in one statement with the edges, it compares all with all first.
    "edge_of_gap": """
        subject_id VARCHAR, near_subject_id VARCHAR, record_key VARCHAR, match_weight DOUBLE, match_probability DOUBLE
    """,
    # Records of other subjects that an edge says may be of a subject with a gap.
    "near_miss": """
        subject_id VARCHAR, record_key VARCHAR, source_system VARCHAR, near_subject_id VARCHAR,
        match_weight DOUBLE, match_probability DOUBLE, direct BOOLEAN
    """,
    # Those of them that hold what a gap says is missing.
    "answer": """
        gap_id VARCHAR, record_key VARCHAR, items VARCHAR[]
    """,
    # How far the links a gap rests on can be relied on.
    "link_confidence": """
        gap_id VARCHAR, probability DOUBLE
    """,
}


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Make the working tables, empty, and `this_gap`, the gaps of the rule at hand, for its `answered_by`."""
    for name, columns in _TABLES.items():
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")
    choose(con, "")


def choose(con: duckdb.DuckDBPyConnection, rule_id: str) -> None:
    """Let `this_gap` show what one rule found."""
    con.execute(f"CREATE OR REPLACE TEMP VIEW this_gap AS SELECT * FROM found WHERE rule_id = {literal(rule_id)}")


def drop(con: duckdb.DuckDBPyConnection) -> None:
    """Remove what `prepare` made."""
    con.execute("DROP VIEW temp.this_gap")
    for name in _TABLES:
        con.execute(f"DROP TABLE temp.{name}")
