"""Spellings of one name: what rigour knows of them, frozen in the bundle, and what scoring makes of it."""

from __future__ import annotations

from functools import cache

import pytest

from linkage_models import nominal
from linkage_models.nominal.bundle.name_symbols import symbols_of
from tests.linkage_models.nominal.builders import Given, Warehouse, table

PAIRS = table("names_alike")


@cache
def symbols() -> dict[str, tuple[str, ...]]:
    return symbols_of(word for pair in PAIRS for word in (pair["one"], pair["other"]))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair['one']}-{pair['other']}")
def test_spellings_of_one_name_share_a_symbol_and_two_names_do_not(pair: dict[str, str | bool]) -> None:
    one, other = (set(symbols().get(str(pair[side]), ())) for side in ("one", "other"))
    assert bool(one & other) == pair["same"]


def test_initials_and_words_that_are_no_names_have_no_symbol() -> None:
    assert symbols_of(["J", "AL", "XQZVW", "xqzvw"]) == {}


def test_a_bundle_freezes_the_spellings_it_saw_and_two_scripts_of_one_name_are_one() -> None:
    people: dict[str, Given] = {
        f"pnc:{place}": {"name": name, "born": f"19{60 + place}-02-03"}
        for place, name in enumerate(("Dmitri Petrov", "Дмитрий Petrov", "Brian Featherstone", "Aled Pritchard"))
    }
    trained = nominal.train(Warehouse(people).con, "record")
    held = {row["value"]: set(row["symbols"]) for row in trained.frequencies.tables["name_symbol"].to_pylist()}
    assert held["DMITRI"] & held["ДМИТРИЙ"]
    warehouse = Warehouse(
        {
            "pnc:a": {"name": "Dmitri Petrov", "born": "1984-05-06"},
            "nomis:b": {"name": "Дмитрий Petrov", "born": "1984-05-06"},
            "rms:c": {"name": "Brian Petrov", "born": "1984-05-06"},
        }
    )
    warehouse.score(trained)
    found = {pair: edge.found["name"] for pair, edge in warehouse.edges().items()}
    assert found["nomis:b", "pnc:a"] == "same words in another order, division or spelling"
    assert found.get(("pnc:a", "rms:c")) in {None, "same surname only"}
