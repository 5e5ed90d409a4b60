"""What each blocking rule finds of the true pairs, what only it finds, and how many comparisons it costs."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from linkage_models.evaluate.cells import numbered_records
from linkage_models.intervals import Interval, ratio_interval
from linkage_models.nominal.model.blocking import BlockingRule, blocking_rules, keys_sql
from linkage_models.nominal.model.features import build_features, identifier_kinds_of
from linkage_models.relations import relation, single_row


@dataclass(frozen=True, slots=True)
class RuleRecall:
    """One blocking rule, or all together.

    Attributes:
        name: the rule; None for all together.
        true_pairs: pairs of records of one person.
        found: of these, those that share a key of the rule, and so are compared.
        only: of these, those that share no key of any other rule: what the rule alone adds.
        comparisons: pairs of records, of one person or not, under a common key; a pair that shares several keys is
            counted once for each, so this is the most it can cost.
        recall: `found` of `true_pairs`, with its interval.
    """

    name: str | None
    true_pairs: int
    found: int
    only: int
    comparisons: int
    recall: Interval


def recall_by_rule(
    con: duckdb.DuckDBPyConnection,
    *,
    predicted: str,
    truth: str,
    records: str,
    rules: tuple[BlockingRule, ...] | None = None,
) -> tuple[RuleRecall, ...]:
    """Measure the blocking rules against the truth.

    Args:
        con: any connection that can read the relations and make temporary tables.
        predicted: relation (record_key, source_system, subject_id), `record_key` unique.
        truth: relation (record_key, person_id), `record_key` unique.
        records: a `nominal.record`-shaped relation; all of its records count towards the comparisons.
        rules: the rules, at most 62 (default: the model's own for the kinds of identifier that the records hold).

    Returns:
        All rules together, then each rule in order.

    Raises:
        duckdb.Error: a relation is missing or lacks a column.
    """
    with numbered_records(con, predicted=predicted, truth=truth) as record:
        kinds = identifier_kinds_of(con, relation(records))
        rules = rules or blocking_rules(kinds)
        build_features(con, relation(records), "_evaluate_feature", kinds=kinds)
        con.execute(f"""
            CREATE OR REPLACE TEMP TABLE _evaluate_person AS
            SELECT unique_id, person, unit FROM _evaluate_feature JOIN {record} USING (record_key);
            CREATE OR REPLACE TEMP TABLE _evaluate_found (l INTEGER, r INTEGER, unit BIGINT, rule BIGINT);
        """)
        costs = [_apply(con, number, rule) for number, rule in enumerate(rules)]
        # One bit for each rule: a pair found by one rule alone shows that bit alone.
        con.execute("""
            CREATE OR REPLACE TEMP TABLE _evaluate_pair AS
            WITH pair AS (
                SELECT l.unique_id AS l, r.unique_id AS r, l.unit
                FROM _evaluate_person AS l JOIN _evaluate_person AS r USING (person)
                WHERE l.unique_id < r.unique_id
            ),
            found AS (
                SELECT l, r, bit_or(rule) AS mask FROM _evaluate_found GROUP BY l, r
            )
            SELECT pair.unit, coalesce(mask, 0) AS mask FROM pair LEFT JOIN found USING (l, r)
        """)
        together = _measure(con, None, (1 << len(rules)) - 1, sum(costs))
        each = [_measure(con, rule.name, 1 << n, cost) for n, (rule, cost) in enumerate(zip(rules, costs, strict=True))]
        for table in ("feature", "person", "found", "pair"):
            con.execute(f"DROP TABLE temp._evaluate_{table}")
    return (together, *each)


def _apply(con: duckdb.DuckDBPyConnection, number: int, rule: BlockingRule) -> int:
    """Add the true pairs that a rule finds, one rule at a time to bound memory, and return its comparisons."""
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE _evaluate_key AS
        FROM ({keys_sql("_evaluate_feature", "unique_id", (rule,))}) WHERE blocking_key IS NOT NULL
    """)
    con.execute(
        """
        INSERT INTO _evaluate_found
        WITH key AS (
            SELECT unique_id, person, unit, blocking_key
            FROM _evaluate_key JOIN _evaluate_person ON unique_id = id
        )
        SELECT DISTINCT l.unique_id, r.unique_id, l.unit, 1::BIGINT << $number
        FROM key AS l JOIN key AS r USING (person, blocking_key)
        WHERE l.unique_id < r.unique_id
        """,
        {"number": number},
    )
    (comparisons,) = single_row(
        con,
        "SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT FROM "
        "(SELECT count(*) AS n FROM _evaluate_key GROUP BY blocking_key)",
    )
    con.execute("DROP TABLE temp._evaluate_key")
    return int(comparisons)


def _measure(con: duckdb.DuckDBPyConnection, name: str | None, bits: int, comparisons: int) -> RuleRecall:
    counted = con.execute(
        """
        WITH of_units AS (
            SELECT
                count(*) AS pairs,
                count(*) FILTER (mask & $bits <> 0) AS found,
                count(*) FILTER (mask <> 0 AND mask & ~$bits = 0) AS only_it
            FROM _evaluate_pair GROUP BY unit
        )
        SELECT pairs, found, only_it, count(*) AS units FROM of_units GROUP BY ALL ORDER BY ALL
        """,
        {"bits": bits},
    ).fetchnumpy()
    pairs, found, only, units = (
        np.asarray(counted[column], dtype=np.float64) for column in ("pairs", "found", "only_it", "units")
    )
    return RuleRecall(
        name,
        true_pairs=round(float(units @ pairs)),
        found=round(float(units @ found)),
        only=round(float(units @ only)),
        comparisons=comparisons,
        recall=ratio_interval(found, pairs, units),
    )
