"""The strongest tree joins what all edges join, with the strongest edges there are, whatever their order."""

from __future__ import annotations

from random import Random

import duckdb
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from linkage_models.relations import Temporaries
from linkage_models.resolve.spanning import keep_strongest_tree, strongest_tree

NODES = 12
ENDS = st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1))
# Few strengths, so that many are equal; zero and below are strengths like any other.
EDGES = st.lists(st.tuples(ENDS, st.sampled_from([-7.5, -1.0, 0.0, 0.25, 3.0, float("inf")])), max_size=40)


def by_scipy(ends: list[tuple[int, int]]) -> list[int]:
    """The positions of the forest's edges, of which the first are preferred, as SciPy finds them."""
    first: dict[tuple[int, int], int] = {}
    for position, (left, right) in enumerate(ends):
        if left != right:
            first.setdefault((min(left, right), max(left, right)), position)
    pairs = np.array(list(first), dtype=np.int32).reshape(-1, 2)
    # SciPy takes 0 for no edge, so the ranks count from 1.
    ranks = np.array(list(first.values()), dtype=np.float64) + 1
    tree = minimum_spanning_tree(coo_array((ranks, (pairs[:, 0], pairs[:, 1])), shape=(NODES, NODES)).tocsr())
    return sorted(int(rank) - 1 for rank in tree.data)


@given(st.lists(ENDS, max_size=60))
def test_the_tree_is_the_one_that_scipy_finds(ends: list[tuple[int, int]]) -> None:
    codes = np.array(ends, dtype=np.int64).reshape(-1, 2)
    assert strongest_tree(NODES, codes[:, 0], codes[:, 1]).tolist() == by_scipy(ends)


@settings(max_examples=30)
@given(EDGES, st.randoms(use_true_random=False))
def test_edges_in_any_order_give_one_tree_of_the_strongest(
    edges: list[tuple[tuple[int, int], float]], shuffler: Random
) -> None:
    # One edge for a pair, as scored pairs have.
    rows = list({(f"r{min(ends):02}", f"r{max(ends):02}"): strength for ends, strength in edges}.items())
    ranked = sorted(rows, key=lambda row: (-row[1], row[0]))
    kept = by_scipy([(int(left[1:]), int(right[1:])) for (left, right), _ in ranked])
    shuffler.shuffle(rows)
    with duckdb.connect() as con, Temporaries(con) as own:
        con.execute("CREATE TABLE edge (record_l VARCHAR, record_r VARCHAR, strength DOUBLE)")
        for (left, right), strength in rows:
            con.execute("INSERT INTO edge VALUES (?, ?, ?)", [left, right, strength])
        tree = keep_strongest_tree(own, "tree", "edge")
        found = con.execute(f"FROM {tree} ORDER BY strength DESC, record_l, record_r").fetchall()
        assert con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall() == [("tree",)]
    assert found == [(left, right, strength) for (left, right), strength in (ranked[place] for place in kept)]


def test_a_long_chain_is_one_tree() -> None:
    nodes = 200_000
    left, right = np.arange(nodes - 1), np.arange(1, nodes)
    order = np.random.default_rng(5).permutation(nodes - 1)
    assert len(strongest_tree(nodes, left[order], right[order])) == nodes - 1
