"""Intervals that know links of one person are not independent, suppression, and estimates without a truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from linkage_models.evaluate.charts import save, waterfall_chart
from linkage_models.evaluate.estimate import poisson_binomial_interval
from linkage_models.evaluate.groups import suppressed
from linkage_models.explain import Evidence
from linkage_models.intervals import ratio_interval, wilson


def test_the_interval_holds_the_truth_about_nineteen_times_of_twenty_when_errors_come_in_clumps() -> None:
    random = np.random.default_rng(1)
    held = naive = 0
    for _ in range(400):
        whole = random.integers(1, 15, 300).astype(float)
        part = whole * (random.random(300) < 0.9)
        found = ratio_interval(part, whole, np.ones(300))
        alone = wilson(found.value, float(whole.sum()))
        held += found.low <= 0.9 <= found.high
        naive += alone.low <= 0.9 <= alone.high
    assert 0.92 <= held / 400 <= 0.98
    assert naive / 400 < 0.8


def test_a_sample_without_an_error_does_not_say_that_errors_are_impossible() -> None:
    found = ratio_interval(np.array([6.0]), np.array([6.0]), np.array([50.0]))
    assert found.value == found.high == 1
    assert found.low == pytest.approx(wilson(1, 50).low)


def test_a_hidden_group_cannot_be_worked_out_from_the_total() -> None:
    assert suppressed({"a": 3, "b": 40, "c": 90}) == {"a", "b"}
    assert suppressed({"a": 3, "b": 8, "c": 90}) == {"a", "b"}
    assert suppressed({"a": 10, "b": 40}) == set()


def test_expected_counts_have_the_interval_of_their_distribution() -> None:
    found = poisson_binomial_interval(np.array([0.5]), np.array([100.0]))
    assert (found.value, found.low, found.high) == (50, 40, 60)


def test_a_waterfall_is_drawn_without_a_network_and_twice_alike(tmp_path: Path) -> None:
    chart = waterfall_chart([Evidence("prior", "two records at random", -15.0), Evidence("pnc", "one shared", 23.0)])
    svg, png = save(chart, tmp_path / "pair")
    text = svg.read_text()
    assert "pnc: one shared" in text
    assert "http" not in text.replace("http://www.w3.org", "")
    assert png.stat().st_size > 1000
    assert save(chart, tmp_path / "again")[0].read_text() == text
