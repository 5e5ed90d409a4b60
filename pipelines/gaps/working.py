"""The temporary tables that the engine fills: what the rules found, and the near misses of each gap."""

from __future__ import annotations

from linkage_models.relations import Temporaries, literal, statement

_TABLES: dict[str, str] = {
    # What the rules yielded, one row per gap; `missing` is what the expected system was searched for.
    "found": """
        gap_id VARCHAR, rule_id VARCHAR, subject_id VARCHAR, held_by VARCHAR, expected_in VARCHAR, matter VARCHAR,
        trigger_date DATE, not_due_before DATE, withheld BOOLEAN,
        records VARCHAR[], items VARCHAR[], missing VARCHAR[], holds VARCHAR, lacks VARCHAR, act VARCHAR
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
}


def make(own: Temporaries) -> None:
    """Make the working tables, empty, and views of them: what was searched for each gap, and the current rule's gaps.

    Args:
        own: keeps them.
    """
    for name, columns in _TABLES.items():
        own.empty(name, columns)
    own.view("searched_record", statement(__file__, "searched_record"))
    choose(own, "")


def choose(own: Temporaries, rule_id: str) -> None:
    """Make `this_gap` show what one rule found, and `candidate` the near misses in the system that each gap expects."""
    own.view("this_gap", f"FROM found WHERE rule_id = {literal(rule_id)}")
    own.view("candidate", statement(__file__, "near_miss/candidate"))
