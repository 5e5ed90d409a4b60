-- The ends of the ranked edges as codes, counted from 0, in the order of the ranks.
WITH node AS (
    SELECT record_key, row_number() OVER () - 1 AS code
    FROM (
        SELECT record_l AS record_key FROM tree_ranked
        UNION
        SELECT record_r FROM tree_ranked
    )
)

SELECT l.code AS l, r.code AS r
FROM tree_ranked AS edge
INNER JOIN node AS l ON edge.record_l = l.record_key
INNER JOIN node AS r ON edge.record_r = r.record_key
ORDER BY edge.rank
