-- The weakest link of each subject's tree; empty where people decided all of it.
SELECT subject_id, nullif(min(strength), 'infinity') AS match_weight
FROM (
    SELECT subject_id, strength FROM publish_few
    UNION ALL
    SELECT subject_id, strength FROM publish_tree
)
GROUP BY subject_id
