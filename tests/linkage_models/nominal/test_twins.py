"""The acceptance table of twins, with their relations, scored by the shipped model."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from tests.linkage_models.nominal.builders import Edge, scored_pairs, shipped_bundle, table

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet

TWINS = table("twins")


@cache
def edges() -> dict[str, list[Edge | None]]:
    """Return what each row gives, either record being the one with the smaller key."""
    pairs = {row["case"]: (row["both"] | row["one"], row["both"] | row["other"]) for row in TWINS}
    there, back = scored_pairs(pairs), scored_pairs({case: (other, one) for case, (one, other) in pairs.items()})
    return {case: [there[case], back[case]] for case in pairs}


def cases(*expected: str) -> list[ParameterSet]:
    """Return the rows with one of these expectations."""
    return [pytest.param(row, id=row["case"]) for row in TWINS if row["expected"] in expected]


@pytest.mark.parametrize("row", cases("linked"))
def test_one_person_told_from_a_twin_is_linked(row: dict[str, Any]) -> None:
    for edge in edges()[row["case"]]:
        assert edge is not None
        assert edge.match_weight >= shipped_bundle().thresholds.link


@pytest.mark.parametrize("row", cases("apart", "near miss"))
def test_twins_and_family_at_one_address_stay_apart(row: dict[str, Any]) -> None:
    for edge in edges()[row["case"]]:
        assert edge is None or edge.match_weight < shipped_bundle().thresholds.link


@pytest.mark.parametrize("row", cases("near miss"))
def test_a_household_explains_what_possible_kin_share(row: dict[str, Any]) -> None:
    for edge in edges()[row["case"]]:
        assert edge is None or edge.found.keys() & {"household", "kinship"}


@pytest.mark.parametrize("row", cases("not told apart"))
def test_a_pair_that_a_twin_explains_as_well_is_left_to_a_person(row: dict[str, Any]) -> None:
    thresholds = shipped_bundle().thresholds
    for edge in edges()[row["case"]]:
        assert edge is not None, "nobody would see the pair"
        assert thresholds.review <= edge.match_weight < thresholds.link


@pytest.mark.parametrize("case", [row["case"] for row in TWINS])
def test_which_record_comes_first_changes_nothing(case: str) -> None:
    there, back = edges()[case]
    assert (there and there.evidence) == (back and back.evidence)
