"""How well gap findings agree with the true gaps, per rule, person by person."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from linkage_models.evaluate.ratio import harmonic_mean, ratio
from linkage_models.relations import Temporaries, relation, single_value, statement


@dataclass(frozen=True, slots=True)
class RuleQuality:
    """How the findings of one rule, or of all, agree with the true gaps; several findings of one matter count once.

    Attributes:
        rule_id: the rule; None for all rules together.
        findings: different (rule, subject, held_by, expected_in, matter) found, for subjects with a known person.
        right: of these, those that are true of one of the subject's people.
        gaps: different (rule, person, held_by, expected_in, matter) that are true.
        found: of these, those that some finding names for a subject holding one of the person's records.
        planted: true gaps put there on purpose, rather than following from an error in the data.
        planted_found: of these, those found.
    """

    rule_id: str | None
    findings: int
    right: int
    gaps: int
    found: int
    planted: int
    planted_found: int

    @property
    def precision(self) -> float:
        """Share of the findings that are right."""
        return ratio(self.right, self.findings)

    @property
    def recall(self) -> float:
        """Share of the true gaps that are found."""
        return ratio(self.found, self.gaps)

    @property
    def planted_recall(self) -> float:
        """Share of the planted gaps that are found."""
        return ratio(self.planted_found, self.planted)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return harmonic_mean(self.precision, self.recall)


@dataclass(frozen=True, slots=True)
class GapQuality:
    """Agreement of all findings with all true gaps, and of each rule's.

    Attributes:
        overall: all rules together.
        by_rule: every rule with a finding or a true gap, in order of its id.
        findings_without_truth: findings for subjects none of whose records has a known person; left out elsewhere.
    """

    overall: RuleQuality
    by_rule: tuple[RuleQuality, ...]
    findings_without_truth: int


def gap_quality(
    con: duckdb.DuckDBPyConnection, *, findings: str, truth_gaps: str, predicted: str, truth: str
) -> GapQuality:
    """Compare findings, which are about subjects, with true gaps, which are about people.

    A subject stands for the people of its records, so a finding can be right although the subject is not exactly one
    person; the links are measured elsewhere.

    Args:
        con: any connection that can read the relations.
        findings: relation (rule_id, subject_id, held_by, expected_in, matter).
        truth_gaps: relation (rule_id, person_id, held_by, expected_in, matter, planted BOOLEAN).
        predicted: relation (record_key, subject_id), `record_key` unique.
        truth: relation (record_key, person_id), `record_key` unique.

    Returns:
        Counts per rule and overall.

    Raises:
        duckdb.Error: a relation is missing or lacks a column.
    """
    with Temporaries(con) as own:
        own.view(
            "evaluate_gap",
            f"SELECT person_id, rule_id, held_by, expected_in, matter, planted FROM {relation(truth_gaps)}",
        )
        own.table(
            "evaluate_found",
            f"SELECT DISTINCT subject_id, rule_id, held_by, expected_in, matter FROM {relation(findings)}",
        )
        own.table(
            "evaluate_subject_person",
            "SELECT DISTINCT subject_id, person_id "
            f"FROM {relation(predicted)} JOIN {relation(truth)} USING (record_key)",
        )
        rows = con.execute(statement(__file__, "rule_gaps")).fetchall()
        without_truth = single_value(
            con, "SELECT count(*) FROM evaluate_found ANTI JOIN evaluate_subject_person USING (subject_id)"
        )
    by_rule = tuple(RuleQuality(*row) for row in rows)
    totals = [sum(counts) for counts in zip(*(row[1:] for row in rows), strict=True)] or [0] * 6
    return GapQuality(RuleQuality(None, *totals), by_rule, without_truth)
