"""The weakest link of each subject: the lowest weight on the maximum spanning tree of its edges.

It is the weight a subject hangs by: raise the linking threshold above it and the subject falls apart. A link that a
person decided has no weight and is never the weakest.
"""

from __future__ import annotations

import igraph
import numpy as np
import pandas as pd
from duckdb import DuckDBPyConnection

_BEYOND_ANY_WEIGHT = 1e9
"""Stands for a person's decision when a tree is built, so that it is preferred to every scored edge."""

# Fewer than three edges cannot hold a cycle, so they are the tree: most subjects end here.
_TREES = """
CREATE OR REPLACE TEMP TABLE publish_weakest_link AS
SELECT subject_id, CASE WHEN edges < 3 THEN weight END AS match_weight, edges >= 3 AS cyclic
FROM (
    SELECT subject_id_l AS subject_id, count(*) AS edges, min(match_weight) FILTER (decided_by <> 'person') AS weight
    FROM {link}
    WHERE relation = 'within'
    GROUP BY subject_id_l
)
"""

_CYCLIC_EDGES = """
WITH edge AS (
    SELECT l.subject_id_l AS subject_id, l.record_l, l.record_r, l.match_weight, l.decided_by
    FROM {link} AS l
    INNER JOIN publish_weakest_link AS w ON l.subject_id_l = w.subject_id AND w.cyclic
    WHERE l.relation = 'within'
),

node AS (
    SELECT
        record_key,
        row_number() OVER (ORDER BY record_key) - 1 AS node,
        dense_rank() OVER (ORDER BY subject_id) - 1 AS subject
    FROM (
        SELECT subject_id, record_l AS record_key FROM edge
        UNION SELECT subject_id, record_r FROM edge
    )
)

SELECT
    l.node AS l,
    r.node AS r,
    l.subject,
    CASE WHEN edge.decided_by = 'person' THEN $beyond ELSE edge.match_weight END AS weight
FROM edge
INNER JOIN node AS l ON edge.record_l = l.record_key
INNER JOIN node AS r ON edge.record_r = r.record_key
ORDER BY l.node, r.node
"""

_FILL_CYCLIC = """
UPDATE publish_weakest_link AS w
SET match_weight = found.match_weight
FROM (
    SELECT subject_id, computed.match_weight
    FROM (
        SELECT subject_id, row_number() OVER (ORDER BY subject_id) - 1 AS subject
        FROM publish_weakest_link
        WHERE cyclic
    )
    INNER JOIN computed_weakest_link AS computed USING (subject)
) AS found
WHERE w.subject_id = found.subject_id
"""


def find_weakest_links(con: DuckDBPyConnection, *, link: str) -> None:
    """Fill the temporary table `publish_weakest_link` (subject_id, match_weight) for every subject that has an edge.

    Args:
        con: a connection that sees the relation.
        link: relation shaped as `linked.link`.
    """
    con.execute(_TREES.format(link=link))
    edges = con.execute(_CYCLIC_EDGES.format(link=link), {"beyond": _BEYOND_ANY_WEIGHT}).fetchnumpy()
    ends = np.column_stack((edges["l"], edges["r"])).astype(np.int64)
    if not len(ends):
        return
    weight = np.asarray(edges["weight"], dtype=np.float64)
    subject = np.asarray(edges["subject"], dtype=np.int64)
    graph = igraph.Graph(n=int(ends.max()) + 1)
    graph.add_edges(ends)
    in_tree = np.asarray(graph.spanning_tree(weights=-weight, return_tree=False), dtype=np.int64)
    in_tree = in_tree[weight[in_tree] < _BEYOND_ANY_WEIGHT]
    weakest = np.full(int(subject.max()) + 1, np.inf)
    np.minimum.at(weakest, subject[in_tree], weight[in_tree])
    found = np.flatnonzero(np.isfinite(weakest))
    con.register("computed_weakest_link", pd.DataFrame({"subject": found, "match_weight": weakest[found]}))
    con.execute(_FILL_CYCLIC)
    con.unregister("computed_weakest_link")
