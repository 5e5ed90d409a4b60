-- The scored pairs of present records, without those ruled different.
WITH ruled_different AS (
    SELECT least(record_a, record_b) AS record_l, greatest(record_a, record_b) AS record_r
    FROM resolve_decision
    WHERE verdict = 'different'
)

SELECT l.code AS code_l, r.code AS code_r, edge.match_weight
FROM resolve_edge AS edge
ANTI JOIN ruled_different USING (record_l, record_r)
INNER JOIN resolve_node AS l ON edge.record_l = l.record_key AND l.present
INNER JOIN resolve_node AS r ON edge.record_r = r.record_key AND r.present
