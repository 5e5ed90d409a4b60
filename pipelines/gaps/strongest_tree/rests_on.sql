-- The records that each gap rests on, a row each, and the first of them, from which the others are reached.
WITH searched AS (
    SELECT found.gap_id, member.record_key
    FROM found
    INNER JOIN member
        ON
            found.subject_id = member.subject_id
            AND (
                found.expected_in = member.source_system
                OR (found.expected_in = 'all' AND found.held_by <> member.source_system)
            )
    WHERE found.held_by <> found.expected_in
),

rests_on AS (
    SELECT gap_id, unnest(records) AS record_key FROM found WHERE held_by <> expected_in
    UNION
    SELECT gap_id, record_key FROM searched
)

SELECT gap_id, record_key, min(record_key) OVER (PARTITION BY gap_id) AS first_record
FROM rests_on
QUALIFY count(*) OVER (PARTITION BY gap_id) > 1
