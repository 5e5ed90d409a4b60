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
HOUSEHOLD_LEVEL = "two people of one household would share it too"
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
    assert any("kinship" in edge.found for edge in edges())
    assert any("household" in edge.found for edge in edges())


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
    order = ["prior", *COMPARISONS, "slips", "household", "kinship"]
    prior = shipped_bundle().model["probability_two_random_records_match"]
    for edge in edges():
        places = [order.index(comparison) for comparison, _, _ in edge.evidence]
        assert places == sorted(set(places))
        assert edge.evidence[0][0] == "prior"
        assert edge.evidence[0][2] == pytest.approx(log2(prior / (1 - prior)), abs=1e-6)


def test_evidence_gives_each_level_the_weight_that_the_model_gives_it() -> None:
    """Names apart, whose frequency adjusts the weight, and what slips and a household add or take off."""
    for edge in edges():
        for comparison, label, weight in edge.evidence:
            if comparison not in {"prior", "name", "slips", "household", "kinship"}:
                level = COMPARISONS[comparison][label]
                expected = log2(level["m_probability"] / level["u_probability"])
                assert weight == pytest.approx(expected, abs=1e-6)
            elif comparison == "name":
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
    assert found.pop("household", HOUSEHOLD_LEVEL) == HOUSEHOLD_LEVEL
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
    assert set(edge.found) - {"household"} == {"prior", "name", "noms"}


def test_what_two_people_of_one_household_would_share_is_taken_off() -> None:
    """The weight is the odds of one person against strangers and households: less than against strangers alone."""
    for edge in edges():
        parts = {comparison: weight for comparison, _, weight in edge.evidence}
        against_strangers = sum(weight for name, weight in parts.items() if name not in {"household", "kinship"})
        taken_off = -(parts.get("household", 0.0) + parts.get("kinship", 0.0))
        assert taken_off >= 0
        if "kinship" in parts:
            assert taken_off >= against_strangers, "a household is likelier than one person"
            assert edge.match_weight < 0


def test_an_address_that_is_shared_as_well_tells_one_person_from_a_household_by_little() -> None:
    """All doors count once, and for both explanations: sharing more of them cannot make two brothers one man."""
    brothers: tuple[Given, Given] = (
        {"name": "Brian Jones", "born": "1990-09-14", "sex": "M"},
        {"name": "Dominic Jones", "born": "1992-11-30", "sex": "M"},
    )
    home: Given = {"postcode": "HX1 1AA", "address": "4 Rope Walk, Halifax"}
    apart, together = (scored_pairs({"": (brothers[0] | more, brothers[1] | more)})[""] for more in ({}, home))
    assert apart is None
    assert together is None or together.match_weight < shipped_bundle().thresholds.wide
