"""Clusters that their own evidence contradicts: split where it is weakest, or flagged where it cannot tell."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage_models.resolve import CONFLICTING_IDENTIFIERS, POSSIBLE_TWINS, WEAK_BRIDGE
from tests.linkage_models.resolve.builders import Warehouse

ALIKE = {"name": 10.0, "date_of_birth": 10.0}
UNLIKE_BIRTH = {"name": 10.0, "date_of_birth": -6.0}
SILENT = {"name": 10.0}
TWINS = {"name": 3.0, "kinship": -4.0}

Pairs = dict[str, dict[str, float]]


def flagged(warehouse: Warehouse, flag: str) -> str:
    return "".join(sorted(record for record, reason in warehouse.flags() if reason == flag))


def night(edges: Pairs, *, records: str = "", **identifiers: str) -> Warehouse:
    warehouse = Warehouse()
    keys = set(records) or {record for pair in edges for record in pair.split("-")}
    warehouse.records(*keys, **identifiers)
    warehouse.edges(edges)
    warehouse.cluster()
    return warehouse


@pytest.mark.parametrize(
    ("why", "edges", "groups"),
    [
        ("nothing contradicts a pair never scored", {"A-B": SILENT, "B-C": SILENT}, {"ABC"}),
        ("what a record leaves out, its companions contradict", {"A-B": ALIKE, "C-D": ALIKE, "B-C": SILENT,
            "A-D": UNLIKE_BIRTH}, {"AB", "CD"}),
        ("a shared value outweighs a different one beside it", {"A-B": ALIKE, "C-D": ALIKE, "B-C": ALIKE,
            "A-D": UNLIKE_BIRTH}, {"ABCD"}),
        ("near misses do not add up to a link", {"A-B": ALIKE, "C-D": ALIKE, "A-C": {"name": 4.0},
            "B-D": {"date_of_birth": 4.0}}, {"AB", "CD"}),
        ("a copy more changes nothing", {"A-B": ALIKE, "C-D": ALIKE, "B-C": SILENT, "A-D": UNLIKE_BIRTH,
            "C-E": ALIKE, "D-E": ALIKE, "B-E": SILENT}, {"AB", "CDE"}),
    ],
)  # fmt: skip
def test_sides_join_only_where_their_combined_evidence_reaches_the_threshold(
    why: str, edges: Pairs, groups: set[str]
) -> None:
    assert night(edges).groups() == groups, why


@pytest.mark.parametrize(("against", "groups", "review"), [
    (-0.5, {"ABCD"}, ""), (-3.0, {"ABCD"}, "ABCD"), (-5.0, {"AB", "CD"}, "BC"), (-9.0, {"AB", "CD"}, ""),
])  # fmt: skip
def test_a_bridge_contradicted_about_as_much_as_it_carries_is_for_review(
    against: float, groups: set[str], review: str
) -> None:
    edges = {"A-B": ALIKE, "C-D": ALIKE, "B-C": SILENT, "A-D": {"name": 4.0, "date_of_birth": against}}
    warehouse = night(edges)
    assert (warehouse.groups(), flagged(warehouse, WEAK_BRIDGE)) == (groups, review)


@pytest.mark.parametrize(
    ("bridge", "identifiers", "groups", "review"),
    [
        (9.0, {"A": "pnc:1", "C": "pnc:2"}, {"AB", "C"}, "BC"),
        (15.0, {"A": "pnc:1", "C": "pnc:2"}, {"ABC"}, "AC"),
        (9.0, {"A": "pnc:1", "C": "pnc:2!"}, {"ABC"}, ""),
        (9.0, {"A": "crn:1", "C": "crn:2"}, {"ABC"}, ""),
        (9.0, {"A": "pnc:1", "B": "pnc:1 pnc:2", "C": "pnc:2"}, {"ABC"}, ""),
        (9.0, {"A": "pnc:1", "C": "cro:2"}, {"ABC"}, ""),
    ],
)
def test_two_identifiers_of_a_kind_held_once_need_strict_evidence_and_a_look(
    bridge: float, identifiers: dict[str, str], groups: set[str], review: str
) -> None:
    warehouse = night({"A-B": {"name": 20.0}, "B-C": {"name": bridge}}, **identifiers)
    assert (warehouse.groups(), flagged(warehouse, CONFLICTING_IDENTIFIERS)) == (groups, review)


@pytest.mark.parametrize(
    ("name", "pnc", "groups", "review"),
    [
        (14.0, -4.0, {"A", "B"}, "AB"),
        (17.0, -4.0, {"AB"}, "AB"),
        (5.0, 5.0, {"AB"}, "AB"),
        (14.0, -9.0, {"A", "B"}, ""),
    ],
)
def test_a_pair_with_two_identifiers_needs_strict_evidence_unless_it_takes_one_for_a_slip_of_the_other(
    name: float, pnc: float, groups: set[str], review: str
) -> None:
    warehouse = night({"A-B": {"name": name, "pnc": pnc}}, A="pnc:1", B="pnc:2")
    assert (warehouse.groups(), flagged(warehouse, CONFLICTING_IDENTIFIERS)) == (groups, review)


def test_numbers_typed_in_each_others_field_join_without_strict_evidence_and_get_a_look() -> None:
    warehouse = night({"A-B": {"name": 8.0, "pnc": -4.0, "police_serial": 5.0}}, A="pnc:1", B="pnc:2")
    assert (warehouse.groups(), flagged(warehouse, CONFLICTING_IDENTIFIERS)) == ({"AB"}, "AB")


@pytest.mark.parametrize(
    ("why", "edges", "identifiers", "groups", "review"),
    [
        ("the closer twin has the record", {"A-B": TWINS, "A-C": ALIKE, "B-C": SILENT}, {}, {"AC", "B"}, "BC"),
        ("claimed equally, it goes to neither", {"A-B": TWINS, "A-C": ALIKE, "B-C": ALIKE}, {}, {"A", "B", "C"}, "ABC"),
        ("one chain of identifiers is one person", {"A-B": TWINS, "A-C": ALIKE, "B-C": ALIKE},
            {"A": "pnc:1", "C": "pnc:1 cro:2", "B": "cro:2"}, {"ABC"}, ""),
        ("an invalid identifier is no chain", {"A-B": TWINS, "A-C": ALIKE, "B-C": ALIKE},
            {"A": "pnc:1!", "C": "pnc:1! cro:2", "B": "cro:2"}, {"A", "B", "C"}, "ABC"),
    ],
)  # fmt: skip
def test_possible_twins_never_meet_through_a_third_record(
    why: str, edges: Pairs, identifiers: dict[str, str], groups: set[str], review: str
) -> None:
    warehouse = night(edges, **identifiers)
    assert (warehouse.groups(), flagged(warehouse, POSSIBLE_TWINS)) == (groups, review), why


def test_a_ruling_makes_possible_twins_one_person() -> None:
    warehouse = night({"A-B": TWINS, "A-C": ALIKE, "B-C": ALIKE})
    warehouse.decide("A-B", "same")
    warehouse.cluster()
    assert (warehouse.groups(), warehouse.flags()) == ({"ABC"}, set())


def test_flags_heal_when_the_contradiction_is_gone() -> None:
    warehouse = night({"A-B": TWINS, "A-C": ALIKE, "B-C": ALIKE, "C-D": SILENT}, D="pnc:1", A="pnc:2")
    assert warehouse.flags()
    warehouse.records("A", "C", "D")
    warehouse.cluster()
    assert warehouse.flags() == set()


PARTS = st.fixed_dictionaries(
    {"name": st.sampled_from([-4.0, 3.0, 8.0, 16.0])},
    optional={"pnc": st.sampled_from([-6.0, 12.0]), "kinship": st.just(-3.0)},
)
KEYS = "ABCDEFG"


@settings(max_examples=40)
@given(
    st.dictionaries(st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)).filter(lambda p: p[0] < p[1]), PARTS),
    st.dictionaries(st.sampled_from(KEYS), st.sampled_from(["pnc:1", "pnc:2", "pnc:1 pnc:2", "cro:3"])),
    st.randoms(use_true_random=False),
)
def test_contradictions_are_settled_alike_in_any_order_and_levels_stay_nested(
    pairs: dict[tuple[str, str], dict[str, float]], identifiers: dict[str, str], shuffle: random.Random
) -> None:
    seen = []
    for threads in (1, 2):
        keys, rows = list(KEYS), list(pairs.items())
        if threads > 1:
            shuffle.shuffle(keys)
            shuffle.shuffle(rows)
        warehouse = Warehouse(threads=threads)
        warehouse.records(*keys, **identifiers)
        warehouse.edges({f"{left}-{right}": parts for (left, right), parts in rows})
        warehouse.cluster()
        seen.append((warehouse.clusters(), warehouse.flags()))
    assert seen[0] == seen[1]
    levels = seen[0][0]
    for strict, link, wide in levels.values():
        assert (levels[strict][1:], levels[link][2]) == ((link, wide), wide)


def test_a_component_of_thousands_of_records_is_settled_and_flagged() -> None:
    warehouse = Warehouse()
    records = 5_000
    warehouse.con.execute(
        f"""
        INSERT INTO record SELECT printf('%05d', i),
            [{{'kind': 'pnc', 'value': (i % 50)::VARCHAR, 'valid': true, 'as_given': ''}}] FROM range({records}) AS t(i)
        """
    )
    warehouse.con.execute(
        f"""
        INSERT INTO edge
        SELECT DISTINCT printf('%05d', least(a, b)), printf('%05d', greatest(a, b)), 20.0,
            [{{'comparison': 'name', 'level': '', 'weight': 20.0}}]
        FROM (SELECT i AS a, (i * 7919 + step) % {records} AS b FROM range({records}) AS t(i), range(3) AS s(step))
        WHERE a <> b
        """
    )
    counts = warehouse.cluster()
    assert (counts.clusters, counts.flagged) == (1, records)
