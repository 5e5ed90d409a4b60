-- The records that each gap rests on, a row each, and the first of them, from which the others are reached.
WITH rests_on AS (
    SELECT gap_id, unnest(records) AS record_key FROM found WHERE held_by <> expected_in
    UNION
    SELECT gap_id, record_key FROM searched_record WHERE held_by <> expected_in
)

SELECT gap_id, record_key, min(record_key) OVER (PARTITION BY gap_id) AS first_record
FROM rests_on
QUALIFY count(*) OVER (PARTITION BY gap_id) > 1
