"""Clusters from edges and decisions: the acceptance tables of decisions and clusters, and design invariant 4."""

from __future__ import annotations

import pytest

from linkage_models.resolve import CANNOT_LINK_CONFLICT, CONTRADICTORY_DECISIONS, Thresholds
from tests.linkage_models.resolve.builders import Warehouse


def flagged(warehouse: Warehouse, flag: str = CANNOT_LINK_CONFLICT) -> str:
    return "".join(sorted(record for record, reason in warehouse.flags() if reason == flag))


@pytest.fixture
def warehouse() -> Warehouse:
    return Warehouse()


def test_records_join_at_the_threshold_and_not_below_it(warehouse: Warehouse) -> None:
    warehouse.records("A", "B", "C", "D")
    warehouse.edges({"A-B": 6.0, "C-D": 5.999999})
    counts = warehouse.cluster()
    assert warehouse.groups() == {"AB", "C", "D"}
    assert (counts.records, counts.edges, counts.clusters, counts.wide_clusters) == (4, 2, 3, 2)


def test_two_records_with_one_identifier_each_stay_apart_until_a_third_has_both(warehouse: Warehouse) -> None:
    warehouse.records("A", "B")
    warehouse.edges({})
    warehouse.cluster()
    assert warehouse.groups() == {"A", "B"}
    warehouse.records("A", "B", "C")
    warehouse.edges({"A-C": 15.0, "B-C": 14.0})
    warehouse.cluster()
    assert warehouse.groups() == {"ABC"}


def test_a_pair_below_the_threshold_is_joined_through_a_third_close_to_both(warehouse: Warehouse) -> None:
    warehouse.records("A", "B", "C")
    warehouse.edges({"A-B": 3.0, "A-C": 9.0, "B-C": 9.0})
    warehouse.cluster()
    assert warehouse.groups() == {"ABC"}


def test_levels_are_nested_and_named_by_their_smallest_record(warehouse: Warehouse) -> None:
    warehouse.records("A", "B", "C", "D")
    warehouse.edges({"C-D": 14.0, "B-C": 8.0, "A-B": 3.0})
    warehouse.cluster()
    assert warehouse.clusters() == {
        "A": ("A", "A", "A"),
        "B": ("B", "B", "A"),
        "C": ("C", "B", "A"),
        "D": ("C", "B", "A"),
    }


def test_a_must_link_joins_unlike_records_at_every_level(warehouse: Warehouse) -> None:
    warehouse.records("A", "B", "C")
    warehouse.decide("A-B", "same")
    counts = warehouse.cluster()
    assert warehouse.clusters()["B"] == ("A", "A", "A")
    assert (warehouse.groups(), counts.must_links, warehouse.flags()) == ({"AB", "C"}, 1, set())


def test_a_cannot_link_alone_parts_a_pair_without_asking_for_review(warehouse: Warehouse) -> None:
    warehouse.records("A", "B")
    warehouse.edges({"A-B": 30.0})
    warehouse.decide("A-B", "different")
    warehouse.cluster()
    assert (warehouse.groups(), warehouse.flags()) == ({"A", "B"}, set())


def test_a_clone_of_two_records_ruled_different_goes_to_neither_and_all_three_are_flagged(warehouse: Warehouse) -> None:
    warehouse.records("A", "B", "C")
    warehouse.edges({"A-B": 30.0, "A-C": 30.0, "B-C": 30.0})
    warehouse.decide("A-B", "different")
    warehouse.cluster()
    assert warehouse.groups() == {"A", "B", "C"}
    assert flagged(warehouse) == "ABC"
    assert {levels[2] for levels in warehouse.clusters().values()} == {"A", "B", "C"}


def test_what_hangs_together_with_a_contested_record_stays_with_it(warehouse: Warehouse) -> None:
    warehouse.records("A", "B", "C", "D", "E")
    warehouse.edges({"A-C": 20.0, "B-C": 19.0, "C-D": 25.0, "A-E": 8.0})
    warehouse.decide("A-B", "different")
    warehouse.cluster()
    assert warehouse.groups() == {"AE", "B", "CD"}
    assert flagged(warehouse) == "ABCD"


def test_a_record_clearly_closer_to_one_of_two_goes_there_and_is_flagged(warehouse: Warehouse) -> None:
    warehouse.records("A", "B", "C")
    warehouse.edges({"A-C": 20.0, "B-C": 10.0})
    warehouse.decide("A-B", "different")
    warehouse.cluster()
    assert warehouse.groups() == {"AC", "B"}
    assert flagged(warehouse) == "ABC"


def test_a_rival_claim_below_the_threshold_takes_nothing_away(warehouse: Warehouse) -> None:
    warehouse.records("A", "B", "C")
    warehouse.edges({"A-C": 7.0, "B-C": 5.0})
    warehouse.decide("A-B", "different")
    warehouse.cluster()
    assert (warehouse.groups(), warehouse.flags()) == ({"AC", "B"}, set())


def test_a_chain_between_two_ruled_different_breaks_where_it_is_weakest(warehouse: Warehouse) -> None:
    warehouse.records("A", "B", "C", "D")
    warehouse.edges({"A-C": 20.0, "C-D": 9.0, "B-D": 20.0})
    warehouse.decide("A-B", "different")
    warehouse.cluster()
    assert warehouse.groups() == {"AC", "BD"}
    assert flagged(warehouse) == "ABCD"


def test_rulings_hold_through_chains_of_others(warehouse: Warehouse) -> None:
    warehouse.records("A", "B", "C", "D")
    warehouse.edges({"A-D": 30.0})
    warehouse.decide("A-B", "same")
    warehouse.decide("B-C", "different")
    warehouse.decide("C-D", "same")
    warehouse.cluster()
    assert warehouse.groups() == {"AB", "CD"}


def test_a_ruling_about_a_record_that_vanished_still_binds_the_others(warehouse: Warehouse) -> None:
    warehouse.records("B", "C")
    warehouse.decide("A-B", "same")
    warehouse.decide("A-C", "same")
    warehouse.cluster()
    assert warehouse.clusters() == {"B": ("B", "B", "B"), "C": ("B", "B", "B")}


def test_withdrawing_a_decision_restores_what_evidence_alone_gives_and_heals_the_flags(warehouse: Warehouse) -> None:
    warehouse.records("A", "B", "C")
    warehouse.edges({"A-C": 30.0, "B-C": 30.0})
    warehouse.con.execute("INSERT INTO review_flag VALUES ('A', 'raised elsewhere')")
    ruling = warehouse.decide("A-B", "different")
    warehouse.cluster()
    assert flagged(warehouse) == "ABC"
    warehouse.withdraw(ruling)
    warehouse.cluster()
    assert warehouse.groups() == {"ABC"}
    assert warehouse.flags() == {("A", "raised elsewhere")}


def test_a_conflict_leaves_other_records_where_they_were(warehouse: Warehouse) -> None:
    warehouse.records("A", "B", "C", "X", "Y")
    warehouse.edges({"A-C": 30.0, "B-C": 30.0, "X-Y": 7.0})
    warehouse.decide("A-B", "different")
    warehouse.cluster()
    assert "XY" in warehouse.groups()
    assert not {"X", "Y"} & set(flagged(warehouse))


def test_of_contradictory_decisions_the_ruling_different_stands_and_the_chain_is_flagged(warehouse: Warehouse) -> None:
    warehouse.records("A", "B", "C")
    warehouse.decide("A-B", "same")
    warehouse.decide("B-C", "same")
    warehouse.decide("A-C", "different")
    warehouse.cluster()
    assert warehouse.groups() == {"AB", "C"}
    assert flagged(warehouse, CONTRADICTORY_DECISIONS) == "ABC"


def test_edges_about_records_no_longer_there_are_ignored(warehouse: Warehouse) -> None:
    warehouse.records("A", "B")
    warehouse.edges({"A-Z": 30.0, "B-Z": 30.0})
    counts = warehouse.cluster()
    assert (warehouse.groups(), counts.edges) == ({"A", "B"}, 0)


def test_no_records_give_no_clusters(warehouse: Warehouse) -> None:
    counts = warehouse.cluster()
    assert (counts.records, counts.clusters, warehouse.clusters()) == (0, 0, {})


@pytest.mark.parametrize(
    ("strict", "link", "wide", "margin", "says"),
    [
        (5.0, 6.0, 2.0, 3.0, "wide <= link <= strict"),
        (9.0, 6.0, 7.0, 3.0, "wide <= link <= strict"),
        (float("nan"), 6.0, 2.0, 3.0, "finite"),
        (9.0, 6.0, 2.0, -1.0, "margin"),
    ],
)
def test_thresholds_that_cannot_be_nested_are_refused(
    strict: float, link: float, wide: float, margin: float, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        Thresholds(strict=strict, link=link, wide=wide, contest_margin=margin)
