"""Design invariants 2 and 8: scoring what changed leaves what scoring everything would, in any order of rows."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from linkage_models.nominal.score.scoring import EVERYTHING_SHARE
from tests.linkage_models.nominal.builders import Edge, Given, Warehouse, population, shipped_bundle

if TYPE_CHECKING:
    from linkage_models import nominal

Edges = dict[tuple[str, str], Edge]

POPULATION = population(110, seed=11)
KEYS = sorted(POPULATION)
CONTENTS = list(population(110, seed=12).values())
"""What records may change to."""

FEW = st.lists(st.sampled_from(KEYS), max_size=12, unique=True)
MANY = st.lists(st.sampled_from(KEYS), min_size=len(KEYS) // 2, unique=True)
NIGHTS = st.lists(st.tuples(st.one_of(FEW, FEW, MANY), FEW, st.integers(0, 2**16)), min_size=1, max_size=2)
"""Of each night the records put, those deleted, and a seed for what is put."""


QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""No shrinking: an example takes seconds, so a smaller one would be minutes in coming."""


def from_nothing(records: dict[str, Given], bundle: nominal.Bundle | None = None) -> Edges:
    warehouse = Warehouse(records)
    warehouse.score(bundle)
    return warehouse.edges()


@cache
def whole() -> Edges:
    return from_nothing(POPULATION)


@pytest.mark.slow
@settings(max_examples=5, suppress_health_check=list(HealthCheck), phases=QUICK)
@given(start=st.sets(st.sampled_from(KEYS), min_size=len(KEYS) // 3), nights=NIGHTS)
def test_nights_of_changes_leave_the_edges_of_scoring_from_nothing(
    start: set[str], nights: list[tuple[list[str], list[str], int]]
) -> None:
    held = {key: POPULATION[key] for key in POPULATION if key in start}
    warehouse = Warehouse(held)
    warehouse.score()
    for put, deleted, seed in nights:
        rng = random.Random(seed)  # noqa: S311 - a reproducible sample, not a secret
        news = {key: rng.choice(CONTENTS) for key in put}
        held = {key: record for key, record in (held | news).items() if key not in deleted}
        warehouse.put(news)
        warehouse.remove(*deleted)
        warehouse.score()
    assert warehouse.edges() == from_nothing(held)


@pytest.mark.parametrize("share", [0.02, EVERYTHING_SHARE - 0.05, EVERYTHING_SHARE + 0.05])
def test_few_changes_and_many_are_scored_alike(share: float) -> None:
    """A small share is paired by its keys alone, a large one by everybody's: both give the same edges."""
    rng = random.Random(share)  # noqa: S311 - a reproducible sample, not a secret
    changed = {key: rng.choice(CONTENTS) for key in rng.sample(KEYS, int(share * len(KEYS)))}
    warehouse = Warehouse(POPULATION)
    warehouse.score()
    warehouse.put(changed)
    counts = warehouse.score()
    assert counts.changed >= len(changed), "and those whose values have become common, or are so no longer"
    assert warehouse.edges() == from_nothing(POPULATION | changed)


def test_records_that_come_one_by_one_leave_the_edges_of_scoring_from_nothing() -> None:
    records = dict(list(POPULATION.items())[:2])
    person = dict.fromkeys(("pnc:x", "nomis:x", "ndelius:x"), POPULATION[KEYS[0]])
    warehouse = Warehouse()
    for key, record in (records | person).items():
        warehouse.put({key: record})
        assert warehouse.score().changed == 1
    assert len(warehouse.edges()) >= 3
    assert warehouse.edges() == from_nothing(records | person)


@pytest.mark.parametrize("side", [0, 1], ids=["smaller key", "larger key"])
def test_the_edges_of_a_deleted_record_go_and_others_stay(side: int) -> None:
    warehouse = Warehouse(POPULATION)
    warehouse.score()
    gone = max(whole(), key=lambda pair: whole()[pair].match_weight)[side]
    warehouse.remove(gone)
    counts = warehouse.score()
    assert (counts.changed, counts.gone, counts.pairs, counts.edges_added) == (0, 1, 0, 0)
    assert warehouse.edges() == {pair: edge for pair, edge in whole().items() if gone not in pair}
    assert counts.edges_removed == len(whole()) - len(warehouse.edges()) > 0


def test_a_second_scoring_of_the_same_records_finds_nothing_to_do() -> None:
    warehouse = Warehouse(POPULATION)
    first, second = warehouse.score(), warehouse.score()
    assert (first.records, first.changed, first.edges_added) == (len(KEYS), len(KEYS), len(whole()))
    assert (second.changed, second.pairs, second.edges_removed, second.edges_added) == (0, 0, 0, 0)
    assert warehouse.edges() == whole()


def test_a_new_bundle_scores_everything_anew() -> None:
    bundle = shipped_bundle()
    model = bundle.model | {"probability_two_random_records_match": 1e-6}
    other = replace(bundle, version="another bundle", model=model)
    warehouse = Warehouse(POPULATION)
    warehouse.score()
    counts = warehouse.score(other)
    assert (counts.changed, counts.edges_removed) == (len(KEYS), len(whole()))
    assert warehouse.edges() == from_nothing(POPULATION, other)
    assert {edge.bundle for edge in warehouse.edges().values()} == {"another bundle"}


def test_neither_row_order_nor_threads_show_in_the_edges() -> None:
    """Row for row as they lie in the table, for published files are compared byte for byte."""
    rows = []
    for threads, records in ((1, POPULATION), (4, POPULATION), (1, dict(reversed(POPULATION.items())))):
        warehouse = Warehouse(records, threads=threads)
        warehouse.score()
        rows.append(warehouse.con.execute("FROM edge").fetchall())
    assert rows[0] == rows[1] == rows[2]


def test_scoring_leaves_no_working_table_behind() -> None:
    warehouse = Warehouse(dict(list(POPULATION.items())[:20]))
    warehouse.score()
    tables = warehouse.con.execute("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
    assert tables == [("capped_block",), ("edge",), ("record",), ("scored",)]
