"""Why links are missed or false: unlinkable, never compared, scored too low, or scored well and resolved otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from linkage_models.evaluate.rules import all_kinds
from linkage_models.nominal.model.blocking import BlockingRule, keys_sql
from linkage_models.nominal.model.common_values import without_common
from linkage_models.nominal.model.features import build_features
from linkage_models.relations import Temporaries, quote, relation, single_row, statement

NOT_VALUES = ("unique_id", "record_key", "source_system", "feature_hash", "sex")
"""Features by which two records cannot be found; half of all people share a sex."""


@dataclass(frozen=True, slots=True)
class MissedLinks:
    """Links that evaluation found wrong, each counted under one cause; the causes of each kind add up to its total.

    Attributes:
        missed: true links not predicted.
        missed_unlinkable: of these, pairs that share no value of any comparable field: no name word, date of birth,
            postcode or its district, identifier, contact point, sentence date or other feature; sex aside, which half
            of all people share.
        missed_never_compared: pairs that share some value but no key of any blocking rule.
        missed_below_review: pairs that share a key, yet have no edge: they scored below the review threshold.
        missed_below_threshold: pairs whose edge is below the link threshold (near misses).
        missed_by_resolution: pairs whose edge joins but which resolution kept apart.
        missed_no_edge: pairs without an edge; with the records at hand these are divided into the first three, which
            are 0 otherwise.
        false: predicted links that are not true.
        false_by_edge: of these, pairs joined by an edge of their own at or above the link threshold.
        false_below_threshold: pairs with a weaker edge, joined through other records.
        false_no_edge: pairs without an edge, joined through other records or by a decision.
    """

    missed: int
    missed_unlinkable: int
    missed_never_compared: int
    missed_below_review: int
    missed_below_threshold: int
    missed_by_resolution: int
    missed_no_edge: int
    false: int
    false_by_edge: int
    false_below_threshold: int
    false_no_edge: int


def missed(
    con: duckdb.DuckDBPyConnection,
    *,
    predicted: str,
    truth: str,
    edges: str,
    link_threshold: float,
    records: str | None = None,
    rules: tuple[BlockingRule, ...] = (),
    kinds: tuple[str, ...] = (),
) -> MissedLinks:
    """Give each false or missed link a cause, read from its edge or, if it has none, from its records.

    Args:
        con: any connection that can read the relations and make temporary tables.
        predicted: relation (record_key, subject_id), `record_key` unique.
        truth: relation (record_key, person_id), `record_key` unique.
        edges: relation (record_l, record_r, match_weight), one row per pair.
        link_threshold: match weight from which an edge joins its records.
        records: relation of `relations.RECORD`, to tell pairs without an edge apart.
        rules: the blocking rules by which these were compared.
        kinds: the kinds of identifier that the rules read, where that is more than the records hold.

    Returns:
        Counts of links between records that have both a subject and a person.

    Raises:
        duckdb.Error: a relation is missing or lacks a column.
    """
    with Temporaries(con) as own:
        own.view("evaluate_edge", f"FROM {relation(edges)}")
        own.table(
            "evaluate_linked",
            "SELECT record_key, subject_id, person_id "
            f"FROM {relation(predicted)} JOIN {relation(truth)} USING (record_key)",
        )
        counted = single_row(con, statement(__file__, "wrong_links"), {"link_threshold": link_threshold})
        links_missed, missed_below, missed_joining, links_false, false_joining, false_below = counted
        unlinkable, never_compared, below_review = _without_edge(own, records, rules, kinds) if records else (0, 0, 0)
    return MissedLinks(
        missed=links_missed,
        missed_unlinkable=unlinkable,
        missed_never_compared=never_compared,
        missed_below_review=below_review,
        missed_below_threshold=missed_below,
        missed_by_resolution=missed_joining,
        missed_no_edge=links_missed - missed_below - missed_joining,
        false=links_false,
        false_by_edge=false_joining,
        false_below_threshold=false_below,
        false_no_edge=links_false - false_joining - false_below,
    )


def _without_edge(
    own: Temporaries, records: str, rules: tuple[BlockingRule, ...], kinds: tuple[str, ...]
) -> tuple[Any, ...]:
    """Return how many missed pairs without an edge are unlinkable, never compared, and compared but scored low.

    Edges below the review threshold are not kept, so a pair was compared if its records share a blocking key.
    """
    con = own.con
    own.table("evaluate_missed", statement(__file__, "missed_pair"))
    own.table(
        "evaluate_missed_record",
        "SELECT record_l AS record_key FROM evaluate_missed UNION SELECT record_r FROM evaluate_missed",
    )
    without_common(own, relation(records), "evaluate_seen")
    read = all_kinds(con, records, kinds)
    build_features(con, "evaluate_seen", own.adopt("evaluate_feature"), "evaluate_missed_record", read)
    own.table("evaluate_key", keys_sql("evaluate_feature", "record_key", rules))
    own.view(
        "evaluate_shared",
        f"SELECT record_l, record_r, {shares_a_value_sql(con, 'evaluate_feature')} AS shares FROM evaluate_missed "
        "JOIN evaluate_feature AS l ON l.record_key = record_l JOIN evaluate_feature AS r ON r.record_key = record_r",
    )
    return single_row(con, statement(__file__, "without_edge"))


def shares_a_value_sql(con: duckdb.DuckDBPyConnection, features: str) -> str:
    """Return SQL for 'records l and r share a value': some list of features has one in common, or some scalar is equal.

    It is read off the features themselves, so that a field added to the model counts from then on.
    """
    tests = ["list_has_any(l.pnc_serials, r.cro_serials)", "list_has_any(l.cro_serials, r.pnc_serials)"]
    for name, kind, *_ in con.execute(f"DESCRIBE {features}").fetchall():
        if name in NOT_VALUES:
            continue
        if kind.endswith("[]"):
            tests.append(f"list_has_any(l.{quote(name)}, r.{quote(name)})")
        elif kind in {"VARCHAR", "DATE"}:
            tests.append(f"l.{quote(name)} = r.{quote(name)} AND l.{quote(name)}::VARCHAR <> ''")
    return " OR ".join(f"coalesce({test}, false)" for test in tests)
