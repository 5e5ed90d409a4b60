"""Poor data: training says in a sentence why it cannot, or what it could not learn, and scoring goes on."""

from __future__ import annotations

import pytest

from linkage_models import nominal
from linkage_models.nominal.model import blocking
from tests.linkage_models.nominal.builders import IDENTIFIERS, Given, Warehouse, population

SOME: Given = {"name": "Brian Featherstone", "born": "1990-09-14", "postcode": "LS1 4AB", "pnc": "81/34U"}


def without(records: dict[str, Given], *fields: str) -> dict[str, Given]:
    return {key: {name: value for name, value in given.items() if name not in fields} for key, given in records.items()}


def of_one_source(records: dict[str, Given]) -> dict[str, Given]:
    return {f"pnc:{key.replace(':', '-')}": given for key, given in records.items()}


@pytest.mark.parametrize("rows", [1, 200])
def test_rows_of_nothing_are_refused_in_a_sentence_and_scored_without_an_edge(rows: int) -> None:
    empty: dict[str, Given] = {f"pnc:{row}": {} for row in range(rows)}
    with pytest.raises(nominal.TrainingError, match=r"^[^.\n]*at least two records[^.\n]*\.$"):
        nominal.train(Warehouse(empty).con, "record")
    warehouse = Warehouse(empty)
    assert warehouse.score().edges_added == 0


@pytest.mark.parametrize(
    "records",
    [
        {"pnc:1": SOME, "pnc:2": SOME},
        {f"{system}:{row}": SOME for system in ("pnc", "nomis", "rms") for row in range(10)},
        {f"pnc:{row}": {"name": f"Forename{chr(65 + row)} Surname{chr(90 - row)}", "born": f"19{60 + row}-02-03"}
         for row in range(20)},
    ],
    ids=["two identical rows", "one person", "no matches"],
)  # fmt: skip
def test_the_least_there_can_be_trains_on_the_stated_values_and_the_card_says_so(records: dict[str, Given]) -> None:
    warehouse = Warehouse(records)
    bundle = nominal.train(warehouse.con, "record")
    assert len(bundle.recipe["not_seen"]) > 20
    assert "## Not seen among the matches of these records" in bundle.card
    warehouse.score(bundle)
    assert all(0 < edge.match_probability <= 1 for edge in warehouse.edges().values())


def test_a_few_hundred_records_of_one_source_without_identifiers_are_linked_by_what_they_have() -> None:
    people = of_one_source(without(population(130, seed=8, identifiers=False), "sentenced", "phone"))
    assert 200 < len(people) < 500
    warehouse = Warehouse(people)
    bundle = nominal.train(warehouse.con, "record")
    warehouse.score(bundle)
    linked = [pair for pair, edge in warehouse.edges().items() if edge.match_weight >= bundle.thresholds.link]
    right = [one for one in linked if len({key.rsplit("-", 1)[1] for key in one}) == 1]
    assert len(linked) > 50
    assert len(right) / len(linked) > 0.94
    assert {f"{kind}: a number shared" for kind in IDENTIFIERS} <= set(bundle.recipe["not_seen"])


def add_the_same_row(warehouse: Warehouse, times: int) -> None:
    """Add one row of its own many times over."""
    warehouse.put({"rms:again": SOME})
    warehouse.con.execute(f"""
        INSERT INTO record SELECT record.* REPLACE ('rms:again' || range AS record_key) FROM record, range({times - 1})
        WHERE record_key = 'rms:again'
    """)


@pytest.mark.parametrize(
    ("people", "most", "times"), [(130, 40, 300), pytest.param(600, None, 100_000, marks=pytest.mark.long)]
)
def test_a_row_delivered_again_and_again_teaches_nothing_is_told_of_and_is_compared_with_one(
    people: int, most: int | None, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if most:
        monkeypatch.setattr(blocking, "MOST_IN_BLOCK", most)
    warehouse = Warehouse(population(people, seed=8), threads=2)
    warehouse.con.execute("SET memory_limit = '4GB'")
    alone = nominal.train(warehouse.con, "record")
    add_the_same_row(warehouse, times)
    bundle = nominal.train(warehouse.con, "record")
    assert bundle.recipe["left_out"] == {"records": times, "blocks": 2}
    assert f"**Left out:** {times:,} records share one of 2 identifiers" in bundle.card
    assert "**Left out:**" not in alone.card
    prior, before = (one.model["probability_two_random_records_match"] for one in (bundle, alone))
    assert prior == pytest.approx(before, rel=0.05)
    counts = warehouse.score(bundle)
    assert counts.largest_block == 0
    again = warehouse.con.execute("""
        SELECT count(*), count(DISTINCT record_l) FROM edge
        WHERE starts_with(record_l, 'rms:again') AND starts_with(record_r, 'rms:again')
    """)
    assert again.fetchone() == (times - 1, 1)


@pytest.mark.parametrize("field", ["born", "postcode", "sex"])
def test_a_field_that_no_record_has_is_told_of_and_the_others_still_teach(field: str) -> None:
    comparison = {"born": "date_of_birth"}.get(field, field)
    bundle = nominal.train(Warehouse(without(population(130, seed=8), field)).con, "record")
    unseen = {one.split(": ")[0] for one in bundle.recipe["not_seen"]}
    assert comparison in unseen
    assert f"* {comparison}: same" in bundle.card or f"* {comparison}: one shared" in bundle.card
    assert "name: same forename and surname" not in bundle.recipe["not_seen"]
