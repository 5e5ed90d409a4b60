"""How well predicted subjects agree with true people: pairwise and B-cubed measures, overall and by pair of systems."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import duckdb

from linkage_models.evaluate.ratio import harmonic_mean, ratio
from linkage_models.resolve.relation import relation, single_row


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
        bcubed_precision: mean over records of the share of its subject's records that are of its person (Bagga and
            Baldwin 1998).
        bcubed_recall: mean over records of the share of its person's records that are in its subject.
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
    def bcubed_f1(self) -> float:
        """Harmonic mean of B-cubed precision and recall."""
        return harmonic_mean(self.bcubed_precision, self.bcubed_recall)

    @property
    def exact_rate(self) -> float:
        """Share of the people whose records are exactly one subject."""
        return ratio(self.exact_subjects, self.people)


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
    # Subjects and people as numbers: the table is grouped once for every pair of systems.
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE _evaluate_cell AS
        WITH record AS (
            SELECT subject_id, person_id, source_system
            FROM {relation(predicted)} JOIN {relation(truth)} USING (record_key)
        ),
        subject AS (
            SELECT subject_id, row_number() OVER () AS subject FROM (SELECT DISTINCT subject_id FROM record) AS ids
        ),
        person AS (
            SELECT person_id, row_number() OVER () AS person FROM (SELECT DISTINCT person_id FROM record) AS ids
        )
        SELECT subject, person, source_system, count(*) AS records
        FROM record JOIN subject USING (subject_id) JOIN person USING (person_id)
        GROUP BY ALL
        """
    )
    systems = [
        name for (name,) in con.execute("SELECT DISTINCT source_system FROM _evaluate_cell ORDER BY ALL").fetchall()
    ]
    overall = _agreement(con, None)
    by_systems = tuple(_agreement(con, pair) for pair in itertools.combinations_with_replacement(systems, 2))
    con.execute("DROP TABLE temp._evaluate_cell")
    records_without_truth, truth_without_record = (
        single_row(con, f"SELECT count(*) FROM {relation(left)} ANTI JOIN {relation(right)} USING (record_key)")[0]
        for left, right in ((predicted, truth), (truth, predicted))
    )
    return Quality(overall, by_systems, records_without_truth, truth_without_record)


def _agreement(con: duckdb.DuckDBPyConnection, systems: tuple[str, str] | None) -> Agreement:
    """Measure one set of records from `_evaluate_cell`."""
    system_a, system_b = systems or (None, None)
    across = system_a != system_b
    # Links lie between sides a and b where two systems are compared, else within side a.
    links = "a * b" if across else "a * (a - 1) // 2"
    counted = single_row(
        con,
        f"""
        WITH cell AS (
            SELECT
                subject,
                person,
                coalesce(sum(records) FILTER ($system_a IS NULL OR source_system = $system_a), 0)::BIGINT AS a,
                coalesce(sum(records) FILTER (source_system = $system_b AND $across), 0)::BIGINT AS b
            FROM _evaluate_cell
            WHERE $system_a IS NULL OR source_system IN ($system_a, $system_b)
            GROUP BY subject, person
        ),
        subject_total AS (
            SELECT subject, sum(a)::BIGINT AS a, sum(b)::BIGINT AS b FROM cell GROUP BY subject
        ),
        person_total AS (
            SELECT person, sum(a)::BIGINT AS a, sum(b)::BIGINT AS b FROM cell GROUP BY person
        ),
        measured AS (
            SELECT
                cell.a + cell.b AS records,
                subject_total.a + subject_total.b AS in_subject,
                person_total.a + person_total.b AS in_person
            FROM cell JOIN subject_total USING (subject) JOIN person_total USING (person)
        )
        SELECT
            coalesce(sum(records), 0)::BIGINT,
            (SELECT coalesce(sum({links}), 0)::BIGINT FROM cell),
            (SELECT coalesce(sum({links}), 0)::BIGINT FROM subject_total),
            (SELECT coalesce(sum({links}), 0)::BIGINT FROM person_total),
            (SELECT count(*) FROM subject_total),
            (SELECT count(*) FROM person_total),
            count(*) FILTER (records = in_subject AND records = in_person),
            coalesce(sum(records * records / in_subject), 0),
            coalesce(sum(records * records / in_person), 0)
        FROM measured
        """,
        {"system_a": system_a, "system_b": system_b, "across": across},
    )
    records, true_links, predicted_links, links_of_people, subjects, people, exact, purity, completeness = counted
    return Agreement(
        systems=systems,
        records=records,
        true_links=true_links,
        false_links=predicted_links - true_links,
        missed_links=links_of_people - true_links,
        subjects=subjects,
        people=people,
        exact_subjects=exact,
        # The threads add the shares up in no fixed order; twelve places are the same in every order.
        bcubed_precision=round(ratio(purity, records), 12),
        bcubed_recall=round(ratio(completeness, records), 12),
    )
