"""How many true pairs each blocking rule finds, how many only it finds, and how many comparisons it costs."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from linkage_models.evaluate.cells import numbered_records
from linkage_models.intervals import Interval, ratio_interval
from linkage_models.nominal.model.blocking import BlockingRule, keys_sql
from linkage_models.nominal.model.common_values import without_common
from linkage_models.nominal.model.features import build_features, identifier_kinds_of
from linkage_models.relations import Temporaries, relation, single_value, statement


@dataclass(frozen=True, slots=True)
class RuleRecall:
    """One blocking rule, or all together.

    Attributes:
        name: the rule; None for all together.
        true_pairs: pairs of records of one person.
        found: of these, those that share a key of the rule, and so are compared.
        only: of these, those that share no key of any other rule: what the rule adds.
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
    rules: tuple[BlockingRule, ...],
    kinds: tuple[str, ...] = (),
) -> tuple[RuleRecall, ...]:
    """Measure the blocking rules against the truth.

    Args:
        con: any connection that can read the relations and make temporary tables.
        predicted: relation (record_key, source_system, subject_id), `record_key` unique.
        truth: relation (record_key, person_id), `record_key` unique.
        records: relation of `relations.RECORD`; all of its records count towards the comparisons.
        rules: the rules, at most 62.
        kinds: the kinds of identifier that the rules read, where that is more than the records hold.

    Returns:
        All rules together, then each rule in order.

    Raises:
        duckdb.Error: a relation is missing or lacks a column.
    """
    with numbered_records(con, predicted=predicted, truth=truth) as own:
        without_common(own, relation(records), "evaluate_seen")
        build_features(con, "evaluate_seen", own.adopt("evaluate_feature"), kinds=all_kinds(con, records, kinds))
        own.table(
            "evaluate_person",
            "SELECT unique_id, person, unit FROM evaluate_feature JOIN evaluate_record USING (record_key)",
        )
        own.empty("evaluate_found", "l INTEGER, r INTEGER, rule BIGINT")
        costs = [_apply(own, number, rule) for number, rule in enumerate(rules)]
        own.table("evaluate_pair", statement(__file__, "true_pair"))
        together = _measure(con, None, (1 << len(rules)) - 1, sum(costs))
        each = [_measure(con, rule.name, 1 << n, cost) for n, (rule, cost) in enumerate(zip(rules, costs, strict=True))]
    return (together, *each)


def all_kinds(con: duckdb.DuckDBPyConnection, records: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the kinds of identifier that some record holds, and those named."""
    return tuple(dict.fromkeys((*identifier_kinds_of(con, relation(records)), *kinds)))


def _apply(own: Temporaries, number: int, rule: BlockingRule) -> int:
    """Add the true pairs that a rule finds, one rule at a time to bound memory, and return its comparisons."""
    keys = keys_sql("evaluate_feature", "unique_id", (rule,))
    own.table("evaluate_key", f"FROM ({keys}) WHERE blocking_key IS NOT NULL")
    own.con.execute(f"INSERT INTO evaluate_found {statement(__file__, 'rule_found')}", {"number": number})
    blocks = "SELECT count(*) AS n FROM evaluate_key GROUP BY blocking_key"
    return int(single_value(own.con, f"SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT FROM ({blocks})"))


def _measure(con: duckdb.DuckDBPyConnection, name: str | None, bits: int, comparisons: int) -> RuleRecall:
    counted = con.execute(statement(__file__, "rule_recall"), {"bits": bits}).fetchnumpy()
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
