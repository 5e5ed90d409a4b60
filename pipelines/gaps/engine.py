"""The engine: evaluates the gap rules on the warehouse and brings `gap.finding` and `gap.rule` up to date."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import duckdb

from linkage_models.instants import naive_utc
from linkage_models.relations import Temporaries
from linkage_models.words import counted
from pipelines.gaps import cause, confidence, evaluate, findings, near_miss, views, working
from pipelines.gaps import systems as known_systems
from pipelines.gaps.rule import ALL, ANY, Risk, Rule
from pipelines.gaps.systems import SystemInfo

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GapCounts(findings.Merged):
    """What a run found, and how that changed `gap.finding`, as numbers of gaps.

    Attributes:
        open: gaps open after the run.
        by_rule: open gaps per rule in force, with 0 if it found none.
        by_severity: open gaps per severity.
        by_cause: open gaps per cause.
        not_in_force: rules left out because they need a source system the deployment does not have.
        without_risk_subjects: rules in force that read risk subjects, if the deployment does not say what makes one,
            so that they find nothing.
    """

    open: int
    by_rule: Mapping[str, int]
    by_severity: Mapping[str, int]
    by_cause: Mapping[str, int]
    not_in_force: Sequence[str]
    without_risk_subjects: Sequence[str]


def find_gaps(
    con: duckdb.DuckDBPyConnection,
    rules: Sequence[Rule],
    *,
    as_of: datetime,
    systems: Mapping[str, SystemInfo],
    risk: Risk | None,
) -> GapCounts:
    """Evaluate every rule and bring `gap.finding` and `gap.rule` up to date, inside the caller's transaction.

    A gap keeps its id and `first_seen` for as long as its rule, subject, systems and matter stay; one that is no
    longer found becomes `closed` and may open again. The same data and `as_of` change no row the second time.

    Args:
        con: the warehouse, open for writing; temporary relations are made on it and removed again.
        rules: what `load_rules` returned.
        as_of: the instant the run takes for now; naive values are UTC.
        systems: the deployment's source systems by name.
        risk: what makes a risk subject, as `load_risk` returned it; None if nothing does.

    Raises:
        ConfigurationError: a rule's SQL fails on the data or yields a source system its file does not name.
    """
    now = naive_utc(as_of)
    in_force = [rule for rule in rules if applies(rule, systems)]
    with Temporaries(con) as own:
        views.make(own, risk, now.date())
        working.make(own)
        known_systems.make(own, systems, now)
        findings.record_rules(own, in_force)
        for rule in in_force:
            evaluate.find(con, rule, now.date())
        evaluate.complete(con)
        near_miss.collect(own)
        near_miss.answer(own, in_force, now.date())
        confidence.measure(own)
        cause.derive(own, now, [rule.spec.id for rule in rest_on_risk_subjects(in_force)])
        by_rule = {rule.spec.id: 0 for rule in in_force} | _count(con, "rule_id")
        merged = findings.merge(own, now)
        cause.mark_closed(con)
        counts = GapCounts(
            **asdict(merged),
            open=sum(by_rule.values()),
            by_rule=by_rule,
            by_severity=_count(con, "severity"),
            by_cause=_count(con, "cause"),
            not_in_force=tuple(rule.spec.id for rule in rules if rule not in in_force),
            without_risk_subjects=() if risk else tuple(rule.spec.id for rule in rest_on_risk_subjects(in_force)),
        )
    _LOG.info(
        "%s found by %s: %d opened, %d closed",
        counted(counts.open, "open gap"), counted(len(in_force), "rule"), counts.opened, counts.closed,
    )  # fmt: skip
    return counts


def applies(rule: Rule, systems: Collection[str]) -> bool:
    """Return whether the deployment has a system that could hold what the rule is about, and one that should."""
    return all(
        word in named or any(name in systems for name in named)
        for named, word in ((rule.spec.held_by, ANY), (rule.spec.expected_in, ALL))
    )


def rest_on_risk_subjects(rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules that read risk subjects, and so find nothing if the deployment does not say what makes one."""
    return [rule for rule in rules if rule.tables & views.OF_RISK]


def _count(con: duckdb.DuckDBPyConnection, column: str) -> dict[str, int]:
    return dict(con.execute(f"SELECT {column}, count(*) FROM current GROUP BY 1 ORDER BY 1").fetchall())
