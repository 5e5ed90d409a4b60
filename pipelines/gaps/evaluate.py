"""Evaluating the rules: each rule's SQL into the working table `found`, one row per gap."""

from __future__ import annotations

from datetime import date

import duckdb

from linkage_models.relations import literal, single_value
from pipelines.gaps import sentence
from pipelines.gaps.rule import ALL, ANY, Rule

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
        con: holds what `views`, `systems` and `working` prepare.
        rule: the rule.
        as_of: the day of the run.

    Raises:
        ConfigurationError: the SQL fails on the data, or yields a source system that the rule does not name.
    """
    try:
        con.execute(_insert(rule), rule.gaps.values(as_of) or None)
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
    """Add to each gap's records those that its items belong to."""
    con.execute("""
        UPDATE found SET records = list_sort(list_distinct(list_concat(records, owners.record_keys)))
        FROM (
            SELECT wanted.gap_id, list(information_item.record_key) AS record_keys
            FROM (SELECT gap_id, unnest(items) AS item_key FROM found) AS wanted
            JOIN nominal.information_item USING (item_key)
            GROUP BY wanted.gap_id
        ) AS owners
        WHERE found.gap_id = owners.gap_id
    """)


def _insert(rule: Rule) -> str:
    """Return the statement that inserts what one rule finds."""
    columns = rule.gaps.columns
    rule_id = literal(rule.spec.id)
    held_by = "held_by" if "held_by" in columns else literal(rule.spec.held_by[0])
    expected_in = "expected_in" if "expected_in" in columns else literal(rule.spec.expected_in[0])
    value = {name: f"coalesce({name}, {other})" if name in columns else other for name, other in _OPTIONAL.items()}
    clauses = ",\n                    ".join(
        f"{name} := {sentence.clause(template, columns)}" for name, template in rule.spec.sentence.clauses.items()
    )
    return f"""
        INSERT INTO found
        WITH yielded AS (
            {rule.gaps.sql}
        ),
        gap AS (
            SELECT
                subject_id, {held_by} AS held_by, {expected_in} AS expected_in, {value["matter"]} AS matter,
                trigger_date, {value["not_due_before"]} AS not_due_before, {value["withheld"]} AS withheld,
                {value["records"]} AS records, {value["items"]} AS items, {value["missing"]} AS missing,
                struct_pack(
                    {clauses}
                ) AS clauses
            FROM yielded
        )
        SELECT
            'G' || left(sha256(concat_ws(chr(31), {rule_id}, subject_id, held_by, expected_in, matter)), 20),
            {rule_id}, subject_id, held_by, expected_in, matter,
            min(trigger_date), min(not_due_before), bool_and(withheld),
            list_sort(list_distinct(flatten(list(records)))),
            list_sort(list_distinct(flatten(list(items)))),
            list_sort(list_distinct(flatten(list(missing)))),
            first(clauses.holds ORDER BY trigger_date NULLS LAST, clauses),
            first(clauses.lacks ORDER BY trigger_date NULLS LAST, clauses),
            first(clauses.act ORDER BY trigger_date NULLS LAST, clauses)
        FROM gap
        WHERE held_by IN (SELECT source_system FROM system)
            AND (expected_in = {literal(ALL)} OR expected_in IN (SELECT source_system FROM system))
        GROUP BY subject_id, held_by, expected_in, matter
    """
