"""Blocks too large to compare: capped, reported, and the same whether records came at once or night by night."""

from __future__ import annotations

from itertools import permutations

import pytest

from linkage_models.nominal.model import blocking
from tests.linkage_models.nominal.builders import Given, Warehouse

MOST = 5


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocking, "MOST_IN_BLOCK", MOST)


def crowd(people: int) -> dict[str, Given]:
    """Return records of one name and date of birth, two of them with one PNCID."""
    records: dict[str, Given] = {
        f"pnc:{number}": {"name": "Brian Featherstone", "born": "1990-09-14"} for number in range(people)
    }
    for key in ("pnc:0", "pnc:1"):
        records[key] = records[key] | {"pnc": "81/34U"}
    return records


def test_a_block_within_the_limit_is_compared_whole() -> None:
    warehouse = Warehouse(crowd(MOST))
    counts = warehouse.score()
    assert counts.blocks_capped == 0
    assert len(warehouse.edges()) == MOST * (MOST - 1) / 2


def test_a_larger_block_is_reported_and_its_pairs_are_left_to_other_rules() -> None:
    warehouse = Warehouse(crowd(MOST + 1))
    counts = warehouse.score()
    assert counts.blocks_capped > 1
    assert counts.largest_block == MOST + 1
    assert set(warehouse.edges()) == {("pnc:0", "pnc:1")}
    rules = warehouse.con.execute("SELECT DISTINCT rule FROM capped_block ORDER BY rule").fetchall()
    assert ("date of birth and a name word shared",) in rules


@pytest.mark.parametrize(("first", "then"), list(permutations((2, MOST + 1, 40), 2)))
def test_growing_and_shrinking_over_the_limit_leaves_what_scoring_everything_leaves(first: int, then: int) -> None:
    others: dict[str, Given] = {
        f"nomis:{number}": {"name": f"Other{chr(65 + number % 26)} Person", "born": f"1980-01-{number % 28 + 1:02}"}
        for number in range(60)
    }
    warehouse = Warehouse(others | crowd(first))
    warehouse.score()
    warehouse.remove(*(set(crowd(first)) - set(crowd(then))))
    warehouse.put({key: given for key, given in crowd(then).items() if key not in crowd(first)})
    counts = warehouse.score()
    fresh = Warehouse(others | crowd(then))
    expected = fresh.score()
    assert warehouse.edges() == fresh.edges()
    assert (counts.blocks_capped, counts.largest_block) == (expected.blocks_capped, expected.largest_block)
    assert warehouse.con.execute("FROM capped_block ORDER BY ALL").fetchall() == (
        fresh.con.execute("FROM capped_block ORDER BY ALL").fetchall()
    )
