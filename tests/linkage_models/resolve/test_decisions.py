"""Which rulings may be made beside those in force."""

from __future__ import annotations

import pytest

from linkage_models.resolve import ContradictoryDecision, Ruling, check_decisions
from tests.linkage_models.resolve.builders import Warehouse


def check(warehouse: Warehouse, pair: str, verdict: str) -> None:
    one, other = pair.split("-")
    check_decisions(warehouse.con, "decision", [Ruling("new", one, other, verdict)])


@pytest.fixture
def warehouse() -> Warehouse:
    warehouse = Warehouse()
    warehouse.decide("A-B", "same")
    warehouse.decide("C-D", "same")
    warehouse.decide("B-C", "different")
    return warehouse


@pytest.mark.parametrize(
    ("pair", "verdict"),
    [
        pytest.param("A-B", "same", id="the same again"),
        pytest.param("B-C", "different", id="different again"),
        pytest.param("A-D", "different", id="what follows already"),
        pytest.param("A-E", "same", id="a record nobody ruled on"),
        pytest.param("A-E", "different", id="different from a record nobody ruled on"),
    ],
)
def test_a_ruling_that_agrees_with_those_in_force_is_allowed(warehouse: Warehouse, pair: str, verdict: str) -> None:
    check(warehouse, pair, verdict)


@pytest.mark.parametrize(
    ("pair", "verdict", "sentence"),
    [
        (
            "B-A",
            "different",
            "Decision D1 holds that these records are the same person; withdraw it before ruling otherwise.",
        ),
        (
            "C-B",
            "same",
            "Decision D3 holds that these records are different people; withdraw it before ruling otherwise.",
        ),
        (
            "A-D",
            "same",
            (
                "Decisions D1, D3 and D2 together hold that these records are different people; "
                "withdraw one before ruling otherwise."
            ),
        ),
    ],
)
def test_a_contradiction_is_refused_naming_the_decisions_and_no_record(
    warehouse: Warehouse, pair: str, verdict: str, sentence: str
) -> None:
    with pytest.raises(ContradictoryDecision) as refusal:
        check(warehouse, pair, verdict)
    assert str(refusal.value) == sentence


def test_a_chain_of_same_person_rulings_refuses_different_at_its_ends(warehouse: Warehouse) -> None:
    warehouse.decide("B-E", "same")
    with pytest.raises(ContradictoryDecision, match="Decisions D1 and D4 together"):
        check(warehouse, "A-E", "different")


def test_withdrawing_the_decision_named_lets_the_ruling_through(warehouse: Warehouse) -> None:
    warehouse.withdraw("D3")
    check(warehouse, "A-D", "same")


@pytest.mark.parametrize(("other", "verdict"), [("B", "maybe"), ("A", "same"), ("A", "different")])
def test_a_ruling_that_means_nothing_is_refused(warehouse: Warehouse, other: str, verdict: str) -> None:
    with pytest.raises(ValueError, match=r"verdict|two records"):
        check(warehouse, f"A-{other}", verdict)


def test_of_several_rulings_the_first_that_contradicts_those_before_it_is_refused(warehouse: Warehouse) -> None:
    rulings = [
        Ruling("of line 2", "E", "F", "different"),
        Ruling("of line 3", "A", "E", "same"),
        Ruling("of line 4", "F", "B", "same"),
        Ruling("of line 5", "A", "D", "same"),
    ]
    with pytest.raises(ContradictoryDecision, match="Decisions of line 2, D1 and of line 3 together") as refusal:
        check_decisions(warehouse.con, "decision", rulings)
    assert refusal.value.ruling == 2
    check_decisions(warehouse.con, "decision", rulings[:2])


def test_checking_many_rulings_takes_time_in_proportion_to_their_number() -> None:
    chain = [Ruling(f"D{number}", str(number), str(number + 1), "same") for number in range(50_000)]
    with pytest.raises(ContradictoryDecision) as refusal:
        check_decisions(Warehouse().con, "decision", [*chain, Ruling("last", "0", "50000", "different")])
    assert refusal.value.ruling == 50_000
