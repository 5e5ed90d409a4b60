-- All that each closed gap rested on; of one from before that was kept, what its evidence names.
SELECT
    gap_id,
    coalesce((coalesce(rests_on, evidence) ->> '$.records')::VARCHAR[], []) AS records,
    coalesce((coalesce(rests_on, evidence) ->> '$.items')::VARCHAR[], []) AS items,
    near_miss_record,
    coalesce((evidence ->> '$.searched')::VARCHAR[], []) AS searched
FROM gap.finding
WHERE status = 'closed'
