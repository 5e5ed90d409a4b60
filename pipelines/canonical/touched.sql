-- The record ids that a load may have changed, against the load before it.
WITH counted AS (
    SELECT content, record_ids, 1 AS times FROM row_now
    UNION ALL
    SELECT content, record_ids, -1 AS times FROM row_before
),

differing AS (
    SELECT content
    FROM counted
    GROUP BY content
    HAVING sum(times) <> 0
),

quarantined AS (
    SELECT split_part(resource, '.', 1) AS resource, landed_row
    FROM nominal.quarantine
    WHERE source_system = $system AND load_id = $load_id
),

named AS (
    -- A row that is new, gone or different.
    SELECT unnest(record_ids) AS record_id
    FROM counted
    SEMI JOIN differing USING (content)
    UNION ALL
    -- A row that was in quarantine.
    SELECT unnest(record_ids) AS record_id
    FROM row_before
    SEMI JOIN quarantined USING (resource, landed_row)
    UNION ALL
    -- A row that tells of a merge.
    SELECT unnest(record_ids) AS record_id
    FROM merge_told
    UNION ALL
    -- An item that has run out since.
    SELECT substr(record_key, len($system) + 2) AS record_id
    FROM nominal.information_item
    WHERE source_system = $system AND to_date > $since::DATE AND to_date <= $until::DATE
)

SELECT DISTINCT record_id
FROM named
WHERE record_id IS NOT NULL
