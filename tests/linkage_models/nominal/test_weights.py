"""What each kind of agreement and disagreement does to a match weight, as tables of comparisons between pairs."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import Any

import pytest

from tests.linkage_models.nominal.builders import Edge, Given, Warehouse, scored_pairs, table

WEIGHTS = table("weights")
SAME_WEIGHT = table("same_weight")
BOTH: Given = {"name": "Brian Robert Featherstone", "sex": "M", "phone": "07700 900999"}
"""Enough in common to be compared and kept whatever is added, for every weight of the tables to be seen."""

UNLIKE = ({"name": "Brian Featherstone", "sex": "M"}, {"name": "Kateryna Kovalenko", "sex": "F"})
"""Two people with nothing in common."""


@cache
def weighed() -> dict[str, Edge | None]:
    pairs = {"nothing": (BOTH, BOTH)}
    for row in WEIGHTS:
        for side in ("heavier", "lighter"):
            one, other = row[side]
            pairs[f"{row['statement']}: {side}"] = (BOTH | one, BOTH | other)
    for row in SAME_WEIGHT:
        one, other = row["said"]
        pairs[row["statement"]] = (BOTH | one, BOTH | other)
    return scored_pairs(pairs)


def weight(pair: str) -> float:
    edge = weighed()[pair]
    assert edge is not None, f"{pair}: the pair was not kept, so its weight is not known"
    return edge.match_weight


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=row["statement"], marks=[pytest.mark.xfail(reason=row["fault"])] if "fault" in row else [])
        for row in WEIGHTS
    ],
)
def test_evidence_weighs_as_stated(row: dict[str, Any]) -> None:
    more, less = (weight(f"{row['statement']}: {side}") for side in ("heavier", "lighter"))
    assert more > less + row.get("by", 0.0)


@pytest.mark.parametrize("row", SAME_WEIGHT, ids=lambda row: row["statement"])
def test_a_match_weight_ignores(row: dict[str, Any]) -> None:
    assert weight(row["statement"]) == weight("nothing")


@pytest.mark.parametrize("row", SAME_WEIGHT, ids=lambda row: row["statement"])
def test_two_people_are_not_even_compared_for(row: dict[str, Any]) -> None:
    one, other = ({**given, **said} for given, said in zip(UNLIKE, row["said"], strict=True))
    warehouse = Warehouse({"pnc:1": one, "nomis:1": other})
    assert warehouse.score().pairs == 0


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
    """Every condition is symmetric: exchanging the records of each pair of the tables leaves weight and evidence."""
    said = [given for row in WEIGHTS for side in ("heavier", "lighter") for given in row[side]]
    pairs = {str(place): (BOTH | one, BOTH | other) for place, (one, other) in enumerate(combinations(said, 2))}
    there = scored_pairs(pairs)
    back = scored_pairs({name: (other, one) for name, (one, other) in pairs.items()})
    assert {name: edge and edge.evidence for name, edge in there.items()} == {
        name: edge and edge.evidence for name, edge in back.items()
    }
