"""Quality of links: hand-worked examples, and agreement with counting every pair one by one."""

from __future__ import annotations

import itertools

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage_models.evaluate import Agreement, missed, quality

Row = tuple[str, str, str, str]
"""Record, system, subject and person."""


def tables(rows: list[Row], *, threads: int = 1) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"threads": threads})
    con.execute("CREATE TABLE predicted (record_key VARCHAR, source_system VARCHAR, subject_id VARCHAR)")
    con.execute("CREATE TABLE truth (record_key VARCHAR, person_id VARCHAR)")
    con.execute("CREATE TABLE edge (record_l VARCHAR, record_r VARCHAR, match_weight DOUBLE)")
    for record, system, subject, person in rows:
        con.execute("INSERT INTO predicted VALUES (?, ?, ?)", [record, system, subject])
        con.execute("INSERT INTO truth VALUES (?, ?)", [record, person])
    return con


# Person P has a, b, c; person Q has d, e. Predicted: {a, b, d}, {c}, {e}.
EXAMPLE: list[Row] = [
    ("a", "nomis", "S1", "P"),
    ("b", "pnc", "S1", "P"),
    ("c", "pnc", "S2", "P"),
    ("d", "nomis", "S1", "Q"),
    ("e", "nomis", "S3", "Q"),
]


def test_a_worked_example() -> None:
    overall = quality(tables(EXAMPLE), predicted="predicted", truth="truth").overall
    # Predicted links: ab, ad, bd. True links: ab, ac, bc, de. In common: ab.
    assert (overall.true_links, overall.false_links, overall.missed_links) == (1, 2, 3)
    assert overall.precision == pytest.approx(1 / 3)
    assert overall.recall == pytest.approx(1 / 4)
    assert overall.f1 == pytest.approx(2 / 7)
    # Of a's subject 2 of 3 records are P's, likewise b; of d's 1 of 3 is Q's; c and e are pure.
    assert overall.bcubed_precision == pytest.approx((2 / 3 + 2 / 3 + 1 + 1 / 3 + 1) / 5)
    # Of P's three records a's subject holds 2, b's 2, c's 1; of Q's two d's holds 1 and e's 1.
    assert overall.bcubed_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 / 2 + 1 / 2) / 5)
    assert (overall.records, overall.subjects, overall.people, overall.exact_subjects) == (5, 3, 2, 0)


def test_the_example_by_pair_of_systems() -> None:
    by_systems = quality(tables(EXAMPLE), predicted="predicted", truth="truth").by_systems
    found = {row.systems: (row.true_links, row.false_links, row.missed_links) for row in by_systems}
    assert found == {
        # Within NOMIS: a, d predicted together; d, e of one person.
        ("nomis", "nomis"): (0, 1, 1),
        # Across: ab right, bd false, ac missed.
        ("nomis", "pnc"): (1, 1, 1),
        # Within PNC: b, c of one person.
        ("pnc", "pnc"): (0, 0, 1),
    }


def test_records_known_to_one_side_only_are_counted_and_left_out() -> None:
    con = tables(EXAMPLE)
    con.execute("INSERT INTO predicted VALUES ('x', 'pnc', 'S1'), ('y', 'rms', 'S9')")
    con.execute("INSERT INTO truth VALUES ('q', 'P')")
    found = quality(con, predicted="predicted", truth="truth")
    assert (found.records_without_truth, found.truth_without_record) == (2, 1)
    assert found.overall == quality(tables(EXAMPLE), predicted="predicted", truth="truth").overall


def test_nothing_to_link_is_no_error() -> None:
    found = quality(tables([]), predicted="predicted", truth="truth")
    assert (found.overall.records, found.overall.precision, found.overall.recall, found.by_systems) == (0, 1, 1, ())


def test_wrong_links_are_divided_by_what_the_edges_say() -> None:
    con = tables(EXAMPLE)
    # Missed: ac has no edge, bc a weak one, de a strong one. False: ad joined by its own edge, bd by no edge.
    con.execute("INSERT INTO edge VALUES ('b', 'c', 5.9), ('d', 'e', 6.0), ('a', 'd', 8.0), ('a', 'b', 9.0)")
    found = missed(con, predicted="predicted", truth="truth", edges="edge", link_threshold=6.0)
    assert (found.missed, found.missed_no_edge, found.missed_below_threshold, found.missed_by_resolution) == (
        3,
        1,
        1,
        1,
    )
    assert (found.false, found.false_by_edge, found.false_below_threshold, found.false_no_edge) == (2, 1, 0, 1)


def brute_force(rows: list[Row], systems: tuple[str, str] | None) -> Agreement:
    """Measure by looking at every pair of records and at every record, as the definitions say."""
    chosen = [row for row in rows if systems is None or row[1] in systems]
    pairs = [
        (one, other)
        for one, other in itertools.combinations(chosen, 2)
        if systems is None or tuple(sorted((one[1], other[1]))) == systems
    ]
    together = {pair for pair in pairs if pair[0][2] == pair[1][2]}
    same = {pair for pair in pairs if pair[0][3] == pair[1][3]}
    subject = {row: {other for other in chosen if other[2] == row[2]} for row in chosen}
    person = {row: {other for other in chosen if other[3] == row[3]} for row in chosen}
    shared = {row: len(subject[row] & person[row]) for row in chosen}
    return Agreement(
        systems=systems,
        records=len(chosen),
        true_links=len(together & same),
        false_links=len(together - same),
        missed_links=len(same - together),
        subjects=len({row[2] for row in chosen}),
        people=len({row[3] for row in chosen}),
        exact_subjects=len({row[2] for row in chosen if subject[row] == person[row]}),
        bcubed_precision=sum(shared[row] / len(subject[row]) for row in chosen) / len(chosen),
        bcubed_recall=sum(shared[row] / len(person[row]) for row in chosen) / len(chosen),
    )


ROWS = st.lists(
    st.tuples(st.sampled_from(["nomis", "pnc", "rms"]), st.sampled_from("STUV"), st.sampled_from("PQRO")),
    min_size=1,
    max_size=12,
).map(lambda rows: [(str(number), *row) for number, row in enumerate(rows)])


@settings(max_examples=30)
@given(ROWS)
def test_the_counts_agree_with_looking_at_every_pair(rows: list[Row]) -> None:
    found = quality(tables(rows), predicted="predicted", truth="truth")
    names = sorted({row[1] for row in rows})
    assert [row.systems for row in found.by_systems] == list(itertools.combinations_with_replacement(names, 2))
    for agreement in (found.overall, *found.by_systems):
        expected = brute_force(rows, agreement.systems)
        for field in ("records", "true_links", "false_links", "missed_links", "subjects", "people", "exact_subjects"):
            assert getattr(agreement, field) == getattr(expected, field), field
        assert agreement.bcubed_precision == pytest.approx(expected.bcubed_precision)
        assert agreement.bcubed_recall == pytest.approx(expected.bcubed_recall)


@settings(max_examples=15)
@given(ROWS)
def test_a_perfect_prediction_scores_one_everywhere(rows: list[Row]) -> None:
    perfect = [(record, system, person, person) for record, system, _, person in rows]
    found = quality(tables(perfect), predicted="predicted", truth="truth")
    for agreement in (found.overall, *found.by_systems):
        assert (agreement.precision, agreement.recall, agreement.f1) == (1, 1, 1)
        assert (agreement.bcubed_precision, agreement.bcubed_recall, agreement.exact_rate) == (1, 1, 1)


@settings(max_examples=15)
@given(ROWS, st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.sampled_from([1.0, 6.0, 9.0])), max_size=12))
def test_every_wrong_link_has_one_cause(rows: list[Row], edges: list[tuple[int, int, float]]) -> None:
    con = tables(rows)
    scored = {(min(a, b), max(a, b)): weight for a, b, weight in edges if a != b and max(a, b) < len(rows)}
    for (left, right), weight in scored.items():
        con.execute("INSERT INTO edge VALUES (?, ?, ?)", [str(left), str(right), weight])
    found = missed(con, predicted="predicted", truth="truth", edges="edge", link_threshold=6.0)
    wrong = {(True, "none"): 0, (True, "weak"): 0, (True, "strong"): 0}
    wrong |= {(False, "none"): 0, (False, "weak"): 0, (False, "strong"): 0}
    for left, right in itertools.combinations(range(len(rows)), 2):
        same = rows[left][3] == rows[right][3]
        if same != (rows[left][2] == rows[right][2]):
            score = scored.get((left, right))
            wrong[same, "none" if score is None else "strong" if score >= 6 else "weak"] += 1
    assert (found.missed_no_edge, found.missed_below_threshold, found.missed_by_resolution) == (
        wrong[True, "none"],
        wrong[True, "weak"],
        wrong[True, "strong"],
    )
    assert (found.false_no_edge, found.false_below_threshold, found.false_by_edge) == (
        wrong[False, "none"],
        wrong[False, "weak"],
        wrong[False, "strong"],
    )
