"""The strongest tree that joins records: the fewest and strongest edges that connect what all edges connect.

A subject hangs by the weakest edge of its strongest tree: no choice of edges that joins its records has a stronger
weakest one.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from linkage_models.relations import Temporaries, relation, statement
from linkage_models.resolve.components import Codes, connected_components


def strongest_tree(nodes: int, left: Codes, right: Codes) -> Codes:
    """Return the edges of the maximum spanning forest of a graph whose edges come strongest first.

    Every tree takes the first edge that leaves it, until none leaves (Borůvka, 1926). Of equally strong edges the one
    that comes first is taken, so that the same edges in the same order give the same forest.

    Args:
        nodes: number of nodes; their codes are 0 to `nodes - 1`.
        left: codes of one end of each edge, shape (edges,), the strongest edge first.
        right: codes of the other end, shape (edges,).

    Returns:
        Positions of the forest's edges, ascending: the strongest first.
    """
    kept = np.zeros(left.size, dtype=np.bool_)
    leaving = np.arange(left.size)
    tree = np.arange(nodes, dtype=np.int64)
    while True:
        leaving = leaving[tree[left[leaving]] != tree[right[leaving]]]
        if not leaving.size:
            return np.flatnonzero(kept)
        first = np.full(nodes, left.size)
        for end in (left, right):
            np.minimum.at(first, tree[end[leaving]], leaving)
        kept[first[first < left.size]] = True
        tree = connected_components(nodes, left[kept], right[kept])


def keep_strongest_tree(own: Temporaries, name: str, edges: str) -> str:
    """Make a temporary table of the edges of a relation that its maximum spanning forest keeps.

    Of equally strong edges the one between the smaller record keys is kept.

    Args:
        own: the stage's temporary relations.
        name: the table's name.
        edges: relation (record_l, record_r, strength, ...), where `strength` is never empty.

    Returns:
        The table's name, quoted; its columns are those of `edges`.
    """
    own.view("tree_edge", f"FROM {relation(edges)}")
    own.table("tree_ranked", statement(__file__, "tree/ranked"))
    ends = own.con.execute(statement(__file__, "tree/coded")).to_arrow_table()
    left, right = (ends[end].to_numpy() for end in ("l", "r"))
    nodes = int(max(left.max(), right.max())) + 1 if ends.num_rows else 0
    own.rows("tree_kept", pa.table({"rank": strongest_tree(nodes, left, right)}))
    table = own.table(name, "SELECT * EXCLUDE (rank) FROM tree_ranked SEMI JOIN tree_kept USING (rank)")
    own.drop("tree_edge", "tree_ranked", "tree_kept")
    return table
