-- What each comparison found of some pairs.
-- Both keys before the edges are joined: by one key alone, a record with many edges would meet them all.
WITH pair AS MATERIALIZED (
    SELECT chosen.code_l, chosen.code_r, l.record_key AS record_l, r.record_key AS record_r
    FROM resolve_chosen AS chosen
    INNER JOIN resolve_node AS l ON chosen.code_l = l.code
    INNER JOIN resolve_node AS r ON chosen.code_r = r.code
)

SELECT
    pair.code_l,
    pair.code_r,
    edge.match_weight,
    list_transform(edge.evidence, lambda part: part.comparison) AS comparisons,
    list_transform(edge.evidence, lambda part: part.weight) AS weights
FROM pair
INNER JOIN resolve_edge AS edge USING (record_l, record_r)
