"""Training learns the same from the same records, and says what they could not teach."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from linkage_models import nominal
from tests.linkage_models.nominal.builders import IDENTIFIERS, Given, Warehouse, population

TRAINED_ON = date(2026, 3, 2)
POPULATION = population(200, seed=3)
RARE: Given = {"name": "Hermenegild Quatermass", "born": "1961-02-03", "postcode": "TR1 1AA"}


def trained(records: dict[str, Given], *, seed: int = 1, max_pairs: float = 4e6, threads: int = 1) -> nominal.Bundle:
    warehouse = Warehouse(records, threads=threads)
    return nominal.train(warehouse.con, "record", seed=seed, max_pairs=max_pairs, trained_on=TRAINED_ON)


@cache
def bundle() -> nominal.Bundle:
    return trained(POPULATION | {"pnc:rare": RARE})


def probabilities(model: nominal.Bundle, letter: str) -> dict[str, list[float]]:
    """Return m or u of every level of every comparison that training learns."""
    return {
        comparison["output_column_name"]: [
            level[f"{letter}_probability"]
            for level in comparison["comparison_levels"]
            if not level.get("is_null_level")
        ]
        for comparison in model.model["comparisons"]
    }


@pytest.mark.parametrize("max_pairs", [4e6, 100.0], ids=["all pairs", "a sample of pairs"])
def test_the_same_records_seed_and_date_give_the_same_bundle_in_any_order_of_rows(max_pairs: float) -> None:
    reverse = dict(reversed(POPULATION.items()))
    assert trained(reverse, max_pairs=max_pairs, threads=4) == trained(POPULATION, max_pairs=max_pairs)


def test_another_seed_takes_another_sample() -> None:
    one, other = (trained(POPULATION, seed=seed, max_pairs=100.0) for seed in (1, 2))
    assert probabilities(one, "u") != probabilities(other, "u")


def test_one_changed_record_gives_another_bundle() -> None:
    one, other = trained(POPULATION), trained(POPULATION | {next(iter(POPULATION)): RARE})
    assert one.recipe["data_fingerprint"] != other.recipe["data_fingerprint"]
    assert one.version != other.version


def test_every_level_is_possible_and_the_levels_of_a_comparison_share_out_all_pairs() -> None:
    for letter in "mu":
        for comparison, values in probabilities(bundle(), letter).items():
            assert all(0 < value < 1 for value in values), comparison
            assert sum(values) == pytest.approx(1, abs=1e-5), comparison


def test_agreement_on_a_name_date_address_or_identifier_is_learned_to_be_evidence_for_and_disagreement_against() -> (
    None
):
    m, u = probabilities(bundle(), "m"), probabilities(bundle(), "u")
    for comparison in ("name", "date_of_birth", "postcode", *IDENTIFIERS):
        assert m[comparison][0] > u[comparison][0], comparison
        assert m[comparison][-1] < u[comparison][-1], comparison


def test_a_bundle_lists_no_name_that_fewer_than_three_people_bear() -> None:
    listed = {column: table.column("value").to_pylist() for column, table in bundle().frequencies.tables.items()}
    assert "KHAN" in listed["surname_v"]
    assert "QUATERMASS" not in listed["surname_v"]
    assert "HERMENEGILD" not in listed["forename_v"]
    assert "HERMENEGILD QUATERMASS" not in listed["full_name"]


def test_the_frequency_of_a_name_is_its_share_of_people_and_not_of_records() -> None:
    """One man in three systems is one bearer: 6 Khans of 10 people, though 18 of 22 records."""
    khans: dict[str, Given] = {
        f"{system}:{person}": {"name": f"{forename} Khan", "born": f"19{person}0-09-14", "noms": f"A100{person}BC"}
        for system in ("pnc", "nomis", "ndelius")
        for person, forename in enumerate(("Yusuf", "Ibrahim", "Amina", "Bilal", "Omar", "Zara"), start=3)
    }
    others: dict[str, Given] = {
        f"pnc:o{place}": {"name": f"{name}", "born": f"195{place}-01-05"}
        for place, name in enumerate(("Aled Pritchard", "Bethan Llewellyn", "Callum Drummond", "Dorota Lis"))
    }
    frequencies = trained(khans | others).frequencies.tables["surname_v"]
    assert frequencies.to_pylist() == [{"value": "KHAN", "frequency": 0.6}]


@pytest.mark.parametrize(
    "records",
    [{}, {"pnc:1": RARE}, {"pnc:1": {"name": "Quatermass"}, "pnc:2": {"name": "Featherstone"}}],
    ids=["none", "one", "two of one word"],
)
def test_too_few_records_are_refused_in_one_sentence(records: dict[str, Given]) -> None:
    with pytest.raises(nominal.TrainingError, match=r"^[^.\n]*at least two records[^.\n]*\.$"):
        trained(records)


def test_records_without_identifiers_still_train_and_what_they_could_not_teach_is_listed() -> None:
    learned = trained(population(200, seed=6, identifiers=False))
    unseen = {f"{kind}: {level}" for kind in IDENTIFIERS for level in ("a number shared", "all different")}
    assert unseen <= set(learned.recipe["not_seen"])
    assert all(f"* {item}\n" in learned.card for item in learned.recipe["not_seen"])
    assert "date_of_birth: same" not in learned.recipe["not_seen"]
    for kind in IDENTIFIERS:
        assert probabilities(learned, "m")[kind] == pytest.approx([0.94, 0.02, 0.04], abs=1e-3)


def test_a_bundle_just_trained_scores_the_records_it_was_trained_on() -> None:
    warehouse = Warehouse(POPULATION)
    warehouse.score(bundle())
    people = {tuple(key.split(":")[1] for key in pair): edge for pair, edge in warehouse.edges().items()}
    linked = [
        (one == other) for (one, other), edge in people.items() if edge.match_weight >= bundle().thresholds.strict
    ]
    assert len(linked) > 50
    assert sum(linked) / len(linked) > 0.95


def test_training_leaves_no_working_table_behind() -> None:
    warehouse = Warehouse(dict(list(POPULATION.items())[:40]))
    nominal.train(warehouse.con, "record", trained_on=TRAINED_ON)
    assert warehouse.con.execute("SELECT count(*) FROM duckdb_tables() WHERE temporary").fetchone() == (0,)
