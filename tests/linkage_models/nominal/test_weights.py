"""What each kind of agreement and disagreement does to a match weight, as tables of comparisons between pairs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from tests.linkage_models.nominal.builders import (
    Edge,
    Given,
    Warehouse,
    rules_that_find,
    scored_pairs,
    shipped_bundle,
    table,
)

if TYPE_CHECKING:
    from collections.abc import ItemsView

WEIGHTS = table("weights")
SAME_WEIGHT = table("same_weight")
BOTH: Given = {"name": "Brian Robert Featherstone", "sex": "M", "phone": "07700 900999"}
"""Enough in common to be compared and kept whatever is added, for every weight of the tables to be seen."""

UNLIKE = ({"name": "Brian Featherstone", "sex": "M"}, {"name": "Kateryna Kovalenko", "sex": "F"})
"""Two people with nothing in common."""


def edges_among(records: dict[str, Given]) -> ItemsView[tuple[str, str], Edge]:
    warehouse = Warehouse(records)
    warehouse.score()
    return warehouse.edges().items()


@cache
def weighed() -> dict[str, Edge | None]:
    pairs = {"nothing": (BOTH, BOTH)}
    for row in WEIGHTS:
        for side in ("heavier", "lighter"):
            one, other = row[side]
            both = BOTH | row.get("both", {})
            pairs[f"{row['statement']}: {side}"] = (both | one, both | other)
    for row in SAME_WEIGHT:
        one, other = row["said"]
        pairs[row["statement"]] = (BOTH | one, BOTH | other)
    return scored_pairs(pairs)


def weight(pair: str) -> float:
    edge = weighed()[pair]
    assert edge is not None, f"{pair}: the pair was not kept, so its weight is not known"
    return edge.match_weight


@pytest.mark.parametrize("row", WEIGHTS, ids=lambda row: row["statement"])
def test_evidence_weighs_as_stated(row: dict[str, Any]) -> None:
    more, less = (weight(f"{row['statement']}: {side}") for side in ("heavier", "lighter"))
    assert more > less + row.get("by", 0.0)


@pytest.mark.parametrize("row", SAME_WEIGHT, ids=lambda row: row["statement"])
def test_a_match_weight_ignores(row: dict[str, Any]) -> None:
    assert weight(row["statement"]) == weight("nothing")


@pytest.mark.parametrize(
    "row", [row for row in SAME_WEIGHT if not row.get("compared")], ids=lambda row: row["statement"]
)
def test_two_people_are_not_even_compared_for(row: dict[str, Any]) -> None:
    one, other = (given | said for given, said in zip(UNLIKE, row["said"], strict=True))
    assert rules_that_find(one, other, shipped_bundle().rules) == set()


def test_every_placeholder_and_failed_identifier_together_joins_nobody() -> None:
    """Two people of one name and district, who share nothing else but values that stand for nothing."""
    shared: Given = {
        "name": "David Jones", "pnc": "20030011985Z", "cro": ["85227/65G", "000000/00Z"], "noms": "A123BC",
        "crn": "X12345", "visor": "SEE FILE", "born": ["1900-01-01", "1970-01-01"],
    }  # fmt: skip
    pairs: dict[str, tuple[Given, Given]] = {
        "with": (shared | {"postcode": ["NF1 1NF", "LS1 4AB"]}, shared | {"postcode": ["NF1 1NF", "LS1 9XY"]}),
        "without": ({"name": "David Jones", "postcode": "LS1 4AB"}, {"name": "David Jones", "postcode": "LS1 9XY"}),
    }
    edges = scored_pairs(pairs)
    assert edges["with"] is not None
    assert edges["without"] is not None
    assert edges["with"].evidence == edges["without"].evidence


def test_a_new_ethnicity_or_nationality_gives_nothing_to_score() -> None:
    warehouse = Warehouse({"pnc:1": BOTH, "nomis:1": BOTH})
    warehouse.score()
    warehouse.put({"pnc:1": BOTH | {"ethnicity": "A1", "nationality": "Irish"}})
    assert warehouse.score().changed == 0


def test_a_weight_is_the_same_whichever_record_is_which() -> None:
    """Every record of the tables against every other, and again with their keys in the opposite order."""
    said = [BOTH | given for row in WEIGHTS for side in ("heavier", "lighter") for given in row[side]]
    there, back = (
        {
            tuple(sorted(abs(turn - int(key[1:4])) for key in pair)): edge.evidence
            for pair, edge in edges_among({f"p{abs(turn - place):03}:1": given for place, given in enumerate(said)})
        }
        for turn in (0, 999)
    )
    assert len(there) > 1000
    assert there == back
