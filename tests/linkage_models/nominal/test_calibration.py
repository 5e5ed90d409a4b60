"""Calibration: what labelled pairs make of match weights, and thresholds that follow from it."""

from __future__ import annotations

from math import log2

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage_models import nominal
from linkage_models.nominal.bundle.calibration import UNCALIBRATED, Calibration, fit
from linkage_models.nominal.bundle.thresholds import FALSE_LINK_COSTS, from_costs
from tests.linkage_models.nominal.builders import Warehouse, population

LABELLED = st.lists(st.tuples(st.floats(-8, 60), st.booleans()), max_size=40)


def probability(calibration: Calibration, weight: float) -> float:
    row = duckdb.execute(f"SELECT {calibration.probability_sql(repr(weight))}").fetchone()
    assert row is not None
    return float(row[0])


def drawn(intercept: float, slope: float, pairs: int) -> tuple[np.ndarray, np.ndarray]:
    """Return weights, and labels drawn with the log2 odds of a line."""
    chance = np.random.default_rng(7)
    weights = chance.uniform(-8, 20, pairs)
    return weights, chance.random(pairs) < 1 / (1 + 2 ** -(intercept + slope * weights))


def test_many_labels_show_the_line_they_were_drawn_from() -> None:
    found = fit(*drawn(-3.0, 0.8, 40_000))
    assert found.intercept == pytest.approx(-3.0, abs=0.15)
    assert found.slope == pytest.approx(0.8, abs=0.03)
    for one in found.bins:
        if one.pairs > 500:
            assert one.low - 0.01 <= one.expected <= one.high + 0.01


def test_without_labels_a_weight_is_taken_at_its_word_and_few_labels_move_it_little() -> None:
    assert fit([], []) == UNCALIBRATED
    few = fit([3.0, 5.0], [False, True])
    assert abs(few.weight_at(6.63) - 6.63) < 4
    assert few != UNCALIBRATED


@given(LABELLED)
def test_a_higher_weight_is_never_less_probable_and_the_order_of_labels_is_no_matter(
    labelled: list[tuple[float, bool]],
) -> None:
    weights, same = [weight for weight, _ in labelled], [label for _, label in labelled]
    found = fit(weights, same)
    assert fit(weights[::-1], same[::-1]) == found
    assert found.slope > 0
    assert found.weight_at(2.0) < found.weight_at(6.63) < found.weight_at(13.3)


def test_one_label_far_above_every_threshold_does_not_bend_the_line() -> None:
    weights, same = drawn(0.0, 1.0, 5_000)
    assert fit([*weights, 45.0], [*same, False]).slope == pytest.approx(fit(weights, same).slope, abs=1e-6)


def test_the_probability_at_a_threshold_is_the_one_its_cost_asks_for() -> None:
    calibration = fit(*drawn(-3.0, 0.8, 10_000))
    thresholds = from_costs(calibration=calibration)
    for use, cost in FALSE_LINK_COSTS.items():
        assert probability(calibration, getattr(thresholds, use)) == pytest.approx(cost / (1 + cost), rel=1e-4)
    assert thresholds.link == pytest.approx((log2(99) - calibration.intercept) / calibration.slope, abs=1e-5)


@pytest.mark.parametrize(
    ("costs", "says"),
    [
        ({"link": 99.0}, "give each of them"),
        (FALSE_LINK_COSTS | {"disclosure": 5.0}, "give each of them"),
        (FALSE_LINK_COSTS | {"link": -1.0}, "for link is -1.0; give a number above 0"),
        (FALSE_LINK_COSTS | {"link": float("nan")}, "give a number above 0"),
        (FALSE_LINK_COSTS | {"strict": 3.0}, "strict is the more careful use"),
    ],
)
def test_costs_that_make_no_sense_are_refused_in_a_sentence(costs: dict[str, float], says: str) -> None:
    with pytest.raises(nominal.TrainingError, match=says):
        from_costs(costs)


def test_rulings_and_a_truth_calibrate_a_bundle_and_contradictory_rulings_do_not() -> None:
    warehouse = Warehouse(population(120, seed=4))
    con = warehouse.con
    con.execute("""
        CREATE TABLE person AS SELECT record_key, split_part(record_key, ':', 2) AS person_id FROM record;
        CREATE TABLE decision (record_a VARCHAR, record_b VARCHAR, verdict VARCHAR, withdrawn_at TIMESTAMP);
    """)
    plain = nominal.train(con, "record")
    assert plain.calibration == UNCALIBRATED
    assert "None: no pair was labelled" in plain.card
    by_truth = nominal.train(con, "record", labels=nominal.Labels(people="person"))
    assert by_truth.calibration.pairs > 100
    assert by_truth.model == plain.model
    assert by_truth.version != plain.version
    assert by_truth.recipe["labels"] == {"rulings": 0, "of a truth": by_truth.recipe["labels"]["of a truth"]}
    assert f"{by_truth.calibration.pairs:,} labelled ones" in by_truth.card

    warehouse.score(plain)
    one, other = (pair for pair, _ in zip(warehouse.edges(), range(2), strict=False))
    con.execute(
        "INSERT INTO decision VALUES (?, ?, 'same', NULL), (?, ?, 'same', NULL), (?, ?, 'different', NULL), "
        "(?, ?, 'different', '2026-01-01')",
        [*one, *other, *other, *one],
    )
    by_rulings = nominal.train(con, "record", labels=nominal.Labels(decisions="decision"))
    assert by_rulings.recipe["labels"] == {"rulings": 1, "of a truth": 0}
    assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE temporary").fetchone() == (0,)


def test_refits_tell_how_far_decisions_agree() -> None:
    con = Warehouse(population(120, seed=4)).con
    bundle = nominal.train(con, "record", max_pairs=2_000, refits=2)
    found = bundle.recipe["refits"]
    assert found["seeds"] == [2, 3]
    assert 0 <= found["decisions_changed"] < 0.05
    assert found["largest_difference_bits"] > 0
    assert "Trained again with the seeds 2, 3" in bundle.card
    assert bundle.model == nominal.train(con, "record", max_pairs=2_000).model
