"""Every edge explains itself: its evidence adds up, names what the model knows, and follows from the records."""

from __future__ import annotations

from functools import cache
from math import log2

import pytest

from tests.linkage_models.nominal.builders import Edge, Given, Warehouse, population, scored_pairs, shipped_bundle

COMPARISONS = {
    comparison["output_column_name"]: {
        level["label_for_charts"]: level for level in comparison["comparison_levels"] if not level.get("is_null_level")
    }
    for comparison in shipped_bundle().model["comparisons"]
}
FIRST_LEVELS = {
    "name": "same forename and surname", "middle_names": "same", "date_of_birth": "same",
    "postcode": "one shared, of few", "sex": "same", "pnc": "a number shared", "cro": "a number shared",
    "noms": "a number shared", "crn": "a number shared", "visor": "a number shared",
    "sentence_date": "one shared, of few", "contact_point": "one shared",
}  # fmt: skip


@cache
def edges() -> list[Edge]:
    """Edges of some invented people and of a street of twins and of fathers and sons."""
    records = population(150, seed=5)
    for house in range(10):
        home: Given = {"postcode": f"HX{house} 1AA", "sex": "M"}
        records[f"pnc:b{house}"] = home | {"name": "Brian Featherstone", "born": "1990-09-14"}
        records[f"pnc:d{house}"] = home | {"name": "Dominic Featherstone", "born": "1990-09-14", "crn": "X123456"}
        records[f"pnc:f{house}"] = home | {"name": "Brian Featherstone", "born": "1960-02-03"}
    warehouse = Warehouse(records)
    warehouse.score()
    return list(warehouse.edges().values())


def test_the_sample_shows_every_strength_of_edge_and_kin() -> None:
    """What the other tests of this module rest on."""
    thresholds = shipped_bundle().thresholds
    weights = [edge.match_weight for edge in edges()]
    assert len(weights) > 100
    assert min(weights) < thresholds.wide < thresholds.strict < max(weights)
    kin = {edge.found.get("kinship") for edge in edges()}
    assert kin == {None, "possible twins", "possible parent and child", "possible relatives"}


def test_evidence_sums_to_the_match_weight() -> None:
    for edge in edges():
        assert sum(weight for _, _, weight in edge.evidence) == pytest.approx(edge.match_weight, abs=1e-6, rel=0)


def test_match_probability_follows_from_the_match_weight() -> None:
    line = shipped_bundle().calibration
    for edge in edges():
        odds = line.intercept + line.slope * edge.match_weight
        assert edge.match_probability == pytest.approx(1 / (1 + 2**-odds), rel=1e-12)


def test_an_edge_names_its_smaller_record_first_and_the_bundle_that_scored_it() -> None:
    for edge in edges():
        assert edge.record_l < edge.record_r
        assert edge.bundle == shipped_bundle().version


def test_pairs_below_the_review_threshold_are_not_kept() -> None:
    assert all(edge.match_weight >= shipped_bundle().thresholds.review for edge in edges())
    below = shipped_bundle().thresholds.review
    (far,) = scored_pairs(
        {
            "": (
                {"name": "Brian Jones", "born": "1990-09-14", "sex": "M"},
                {"name": "Brian Khan", "born": "1990-09-14", "sex": "F"},
            )
        }
    ).values()
    assert far is None, f"a forename and a date alone, of two sexes, weigh less than {below}"


def test_evidence_begins_with_the_prior_and_names_each_comparison_once_in_the_order_of_the_model() -> None:
    order = ["prior", *COMPARISONS]
    prior = shipped_bundle().model["probability_two_random_records_match"]
    for edge in edges():
        places = [order.index(comparison) for comparison, _, _ in edge.evidence]
        assert places == sorted(set(places))
        assert edge.evidence[0][0] == "prior"
        assert edge.evidence[0][2] == pytest.approx(log2(prior / (1 - prior)), abs=1e-6)


def test_evidence_gives_each_level_the_weight_that_the_model_gives_it() -> None:
    """Names apart, whose frequency adjusts the weight, and kinship, which the ceiling adjusts."""
    for edge in edges():
        for comparison, label, weight in edge.evidence:
            if comparison not in {"prior", "name", "kinship"}:
                level = COMPARISONS[comparison][label]
                expected = log2(level["m_probability"] / level["u_probability"])
                assert weight == pytest.approx(expected, abs=1e-6)
            elif comparison != "prior":
                assert label in COMPARISONS[comparison]


def test_a_pair_alike_in_everything_names_every_comparison_with_its_best_level() -> None:
    everything: Given = {
        "name": "Brian Robert Featherstone", "born": "1990-09-14", "sex": "M", "postcode": "LS1 4AB", "pnc": "81/34U",
        "cro": "65656/91H", "noms": "A1234BC", "crn": "X123456", "visor": "V001234", "sentenced": "2024-03-01",
        "phone": "07700 900123",
    }  # fmt: skip
    edge = scored_pairs({"": (everything, everything)})[""]
    assert edge is not None
    found = edge.found
    assert found.pop("prior")
    assert found.pop("police_serial", "not crossed") == "not crossed"
    assert found == FIRST_LEVELS


def test_what_a_record_does_not_say_is_no_evidence() -> None:
    edge = scored_pairs(
        {
            "": (
                {"name": "Brian Featherstone", "noms": "A1234BC", "born": "1990-09-14", "pnc": "81/34U"},
                {"name": "Brian Featherstone", "noms": "A1234BC", "cro": "65656/91H"},
            )
        }
    )[""]
    assert edge is not None
    assert set(edge.found) == {"prior", "name", "noms"}


def test_possible_kin_are_held_at_the_ceiling_and_those_below_it_are_left() -> None:
    ceiling = shipped_bundle().thresholds.kin_ceiling
    kin = [edge for edge in edges() if "kinship" in edge.found]
    assert all(edge.match_weight <= ceiling for edge in kin)
    assert any(edge.match_weight == ceiling for edge in kin)
    doubtful = scored_pairs(
        {
            "": (
                {
                    "name": "Brian Jones",
                    "born": "1990-09-14",
                    "sentenced": "2024-03-01",
                    "pnc": "81/34U",
                    "sex": "M",
                },
                {
                    "name": "Dominic Jones",
                    "born": "1990-09-14",
                    "sentenced": "2024-03-01",
                    "pnc": "00/223R",
                },
            )
        }
    )[""]
    assert doubtful is not None
    weight = {comparison: part for comparison, _, part in doubtful.evidence}["kinship"]
    level = COMPARISONS["kinship"]["possible twins"]
    assert doubtful.match_weight < ceiling
    assert weight == pytest.approx(log2(level["m_probability"] / level["u_probability"]), abs=1e-6)
