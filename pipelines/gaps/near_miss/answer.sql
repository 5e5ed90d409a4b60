-- The candidates that hold what a gap says is missing.
SELECT candidate.gap_id, candidate.record_key, flatten(list(coalesce(held.items, []))) AS items
FROM held
INNER JOIN candidate USING (gap_id, record_key)
GROUP BY ALL
