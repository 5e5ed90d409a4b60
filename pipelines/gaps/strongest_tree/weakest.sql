-- The weakest link on the way, along the tree, from a gap's first record to any of its others.
WITH RECURSIVE step AS (
    SELECT record_l AS record_key, record_r AS next_key, strength FROM gap_tree
    UNION ALL
    SELECT record_r, record_l, strength FROM gap_tree
),

reached AS (
    SELECT DISTINCT first_record, first_record AS record_key, NULL::VARCHAR AS came_from, 1.0::DOUBLE AS weakest
    FROM gap_rests_on
    UNION ALL
    SELECT reached.first_record, step.next_key, reached.record_key, least(reached.weakest, step.strength) AS weakest
    FROM reached
    INNER JOIN step ON reached.record_key = step.record_key AND step.next_key IS DISTINCT FROM reached.came_from
)

SELECT gap_rests_on.gap_id, min(coalesce(reached.weakest, 0.0)) AS probability
FROM gap_rests_on
LEFT JOIN reached USING (first_record, record_key)
GROUP BY gap_rests_on.gap_id
