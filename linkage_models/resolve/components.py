"""Connected components of a graph on integer codes, in numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]


def connected_components(nodes: int, left: Codes, right: Codes) -> Codes:
    """Label every node with the smallest code of its connected component.

    Each pass hooks the larger of two differing roots to the smaller and then lets every node point at its root, as in
    Shiloach and Vishkin, "An O(log n) parallel connectivity algorithm" (1982). A parent's code never exceeds its
    child's, so the roots at the end are the components' smallest codes whatever the order of the edges.

    Args:
        nodes: number of nodes; their codes are 0 to `nodes - 1`.
        left: codes of one end of each edge, shape (edges,).
        right: codes of the other end, shape (edges,).

    Returns:
        Labels, shape (nodes,).
    """
    root = np.arange(nodes, dtype=np.int64)
    while left.size:
        smaller = np.minimum(root[left], root[right])
        larger = np.maximum(root[left], root[right])
        apart = smaller != larger
        left, right = left[apart], right[apart]
        np.minimum.at(root, larger[apart], smaller[apart])
        while not np.array_equal(grandparent := root[root], root):
            root = grandparent
    return root
