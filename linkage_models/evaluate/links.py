"""How well predicted subjects agree with true people: pairwise and B-cubed measures, overall and by pair of systems."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb
import numpy as np

from linkage_models.evaluate.cells import numbered_records
from linkage_models.evaluate.ratio import harmonic_mean, ratio
from linkage_models.intervals import Interval, Numbers, harmonic_interval, ratio_interval
from linkage_models.relations import Temporaries, single_value, statement

MEASURES = (
    "precision",
    "recall",
    "f1",
    "f_star",
    "bcubed_precision",
    "bcubed_recall",
    "bcubed_f1",
    "exact_rate",
    "over_merge_rate",
    "split_rate",
)
"""The measures of an `Agreement`, each with its interval."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How predicted subjects agree with true people over one set of records.

    A link is a pair of records held to be one person. Between two systems only links across them count, while B-cubed
    and the numbers of subjects and people look at the records of both. Ratios of nothing to nothing are 1.0.

    Attributes:
        systems: the two source systems compared (one name twice: within that system); None for all records.
        records: records with both a subject and a person.
        true_links: links both predicted and true.
        false_links: links predicted that are not true.
        missed_links: true links that are not predicted.
        subjects: predicted subjects.
        people: true people.
        exact_subjects: subjects that hold all records of one person and no others.
        over_merged_subjects: subjects that hold records of more than one person.
        split_people: people whose records are in more than one subject.
        bcubed_precision: mean over records of the share of its subject's records that are of its person (Bagga and
            Baldwin 1998).
        bcubed_recall: mean over records of the share of its person's records that are in its subject.
        intervals: the 95 % interval of each of `MEASURES`.
    """

    systems: tuple[str, str] | None
    records: int
    true_links: int
    false_links: int
    missed_links: int
    subjects: int
    people: int
    exact_subjects: int
    bcubed_precision: float
    bcubed_recall: float
    over_merged_subjects: int = 0
    split_people: int = 0
    intervals: Mapping[str, Interval] = field(default_factory=dict, repr=False)

    @property
    def precision(self) -> float:
        """Share of the predicted links that are true."""
        return ratio(self.true_links, self.true_links + self.false_links)

    @property
    def recall(self) -> float:
        """Share of the true links that are predicted."""
        return ratio(self.true_links, self.true_links + self.missed_links)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return harmonic_mean(self.precision, self.recall)

    @property
    def f_star(self) -> float:
        """Share of the links either predicted or true that are both (F*: Hand, Christen and Kirielle 2021)."""
        return ratio(self.true_links, self.true_links + self.false_links + self.missed_links)

    @property
    def bcubed_f1(self) -> float:
        """Harmonic mean of B-cubed precision and recall."""
        return harmonic_mean(self.bcubed_precision, self.bcubed_recall)

    @property
    def exact_rate(self) -> float:
        """Share of the people whose records are exactly one subject."""
        return ratio(self.exact_subjects, self.people)

    @property
    def over_merge_rate(self) -> float:
        """Share of the subjects that hold more than one person."""
        return self.over_merged_subjects / self.subjects if self.subjects else 0.0

    @property
    def split_rate(self) -> float:
        """Share of the people who are in more than one subject."""
        return self.split_people / self.people if self.people else 0.0


@dataclass(frozen=True, slots=True)
class Quality:
    """Agreement over all records and over every pair of source systems, and what could not be compared.

    Attributes:
        overall: over all records.
        by_systems: over each pair of systems in alphabetical order, each system with itself included.
        records_without_truth: records with a subject whose person is unknown; left out of every other figure.
        truth_without_record: records of known people that have no subject, such as quarantined ones; left out too.
    """

    overall: Agreement
    by_systems: tuple[Agreement, ...]
    records_without_truth: int
    truth_without_record: int


def quality(con: duckdb.DuckDBPyConnection, *, predicted: str, truth: str) -> Quality:
    """Compare predicted subjects with true people, from the counts of records per subject, person and system.

    Args:
        con: any connection that can read both relations and make temporary tables.
        predicted: relation (record_key, source_system, subject_id), `record_key` unique.
        truth: relation (record_key, person_id), `record_key` unique.

    Returns:
        The measures; all figures are counts of records, links, subjects or people, or shares of them.

    Raises:
        duckdb.Error: a relation is missing or lacks a column.
    """
    with numbered_records(con, predicted=predicted, truth=truth) as own:
        # Grouped once for every pair of systems.
        own.table(
            "evaluate_cell",
            "SELECT unit, subject, person, source_system, count(*) AS records FROM evaluate_record GROUP BY ALL",
        )
        named = con.execute("SELECT DISTINCT source_system FROM evaluate_cell ORDER BY ALL").fetchall()
        pairs = itertools.combinations_with_replacement([name for (name,) in named], 2)
        records_without_truth, truth_without_record = (
            single_value(con, f"SELECT count(*) FROM {left} ANTI JOIN {right} USING (record_key)")
            for left, right in (("evaluate_predicted", "evaluate_truth"), ("evaluate_truth", "evaluate_predicted"))
        )
        return Quality(
            _agreement(own, None),
            tuple(_agreement(own, pair) for pair in pairs),
            records_without_truth,
            truth_without_record,
        )


def _agreement(own: Temporaries, systems: tuple[str, str] | None) -> Agreement:
    """Measure one set of records from `evaluate_cell`."""
    system_a, system_b = systems or (None, None)
    across = {"across": system_a != system_b}
    own.table("evaluate_side", statement(__file__, "side"), {"system_a": system_a, "system_b": system_b, **across})
    counted = own.con.execute(statement(__file__, "agreement"), across).fetchnumpy()
    kinds = {name: np.asarray(column, dtype=np.float64) for name, column in counted.items()}
    total = {name: float(kinds["units"] @ column) for name, column in kinds.items()}
    true_links = round(total["true_links"])
    return Agreement(
        systems=systems,
        records=round(total["records"]),
        true_links=true_links,
        false_links=round(total["predicted_links"]) - true_links,
        missed_links=round(total["person_links"]) - true_links,
        subjects=round(total["subjects"]),
        people=round(total["people"]),
        exact_subjects=round(total["exact"]),
        over_merged_subjects=round(total["over_merged"]),
        split_people=round(total["split"]),
        # Twelve places are the same in whatever order shares are added up.
        bcubed_precision=round(ratio(total["purity"], total["records"]), 12),
        bcubed_recall=round(ratio(total["completeness"], total["records"]), 12),
        intervals=_intervals(kinds),
    )


def _intervals(kinds: dict[str, Numbers]) -> dict[str, Interval]:
    """Return the interval of each measure from the counts of each kind of unit."""
    units, found = kinds["units"], kinds["true_links"]
    predicted, wanted = kinds["predicted_links"], kinds["person_links"]
    of_records = (kinds["records"], units)
    return {
        "precision": ratio_interval(found, predicted, units),
        "recall": ratio_interval(found, wanted, units),
        "f1": ratio_interval(2 * found, predicted + wanted, units),
        "f_star": ratio_interval(found, predicted + wanted - found, units),
        "bcubed_precision": ratio_interval(kinds["purity"], *of_records),
        "bcubed_recall": ratio_interval(kinds["completeness"], *of_records),
        "bcubed_f1": harmonic_interval(kinds["purity"], kinds["completeness"], *of_records),
        "exact_rate": ratio_interval(kinds["exact"], kinds["people"], units),
        "over_merge_rate": ratio_interval(kinds["over_merged"], kinds["subjects"], units),
        "split_rate": ratio_interval(kinds["split"], kinds["people"], units),
    }
