"""Evaluating the rules: each rule's SQL into the working table `found`, one row per gap."""

from __future__ import annotations

from datetime import date

import duckdb

from linkage_models.relations import Steps, literal, single_value, statement
from linkage_models.relations import columns as select_list
from pipelines.gaps import sentence
from pipelines.gaps.rule import ANY, Rule

_OPTIONAL = {
    "matter": "''",
    "records": "[]::VARCHAR[]",
    "items": "[]::VARCHAR[]",
    "missing": "[]::VARCHAR[]",
    "not_due_before": "NULL::DATE",
    "withheld": "false",
}
"""What stands for a column that a rule's SQL leaves out."""


def find(con: duckdb.DuckDBPyConnection, rule: Rule, as_of: date) -> None:
    """Add to `found` what one rule finds; rows of one subject, pair of systems and matter are one gap.

    Args:
        con: holds what `views`, `systems` and `working` make.
        rule: the rule.
        as_of: the day of the run.

    Raises:
        ConfigurationError: the SQL fails on the data, or yields a source system that the rule does not name.
    """
    try:
        con.execute(f"INSERT INTO found BY NAME {_found(rule)}", rule.gaps.values(as_of) or None)
    except (duckdb.DataError, duckdb.ProgrammingError) as error:
        # The engine's own words may quote a value of a row.
        raise rule.error("sql", f"it fails on the data with a {type(error).__name__}") from None
    for column, named in (("held_by", rule.spec.held_by), ("expected_in", rule.spec.expected_in)):
        if named == (ANY,):
            continue
        stranger = single_value(
            con,
            f"SELECT min({column}) FROM found WHERE rule_id = $rule AND NOT list_contains($named, {column})",
            {"rule": rule.spec.id, "named": list(named)},
        )
        if stranger is not None:
            raise rule.error(column, f"its SQL yields `{stranger}`, which the field does not name")


def complete(con: duckdb.DuckDBPyConnection) -> None:
    """Add to each gap's records the records of its items."""
    con.execute(statement(__file__, "item_owner"))


def _found(rule: Rule) -> str:
    """Return the query of what one rule finds, one row per gap."""
    columns = rule.gaps.columns
    clauses = ", ".join(
        f"{name} := {sentence.clause(template, columns)}" for name, template in rule.spec.sentence.clauses.items()
    )
    gap = {
        "rule_id": literal(rule.spec.id),
        "subject_id": "subject_id",
        "trigger_date": "trigger_date",
        "held_by": "held_by" if "held_by" in columns else literal(rule.spec.held_by[0]),
        "expected_in": "expected_in" if "expected_in" in columns else literal(rule.spec.expected_in[0]),
        **{name: f"coalesce({name}, {other})" if name in columns else other for name, other in _OPTIONAL.items()},
        "clauses": f"struct_pack({clauses})",
    }
    return (
        Steps()
        .step("yielded", rule.gaps.sql)
        .step("gap", f"SELECT {select_list(gap)} FROM yielded")
        .query(statement(__file__, "found"))
    )
