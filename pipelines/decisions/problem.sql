-- The first of the given decisions that cannot be recorded, and why.
SELECT position, 'held' AS kind, decision_id AS what
FROM ruling
WHERE says <> holds
UNION ALL
SELECT position, 'unknown' AS kind, record_key AS what
FROM (
    SELECT position, record_a AS record_key FROM ruling WHERE is_new
    UNION ALL
    SELECT position, record_b FROM ruling WHERE is_new
)
ANTI JOIN nominal.record USING (record_key)
ORDER BY ALL
LIMIT 1
