-- The records that are seen otherwise, and those that are a copy or a namesake of another record than for everybody.
WITH copied_otherwise AS (
    (
        FROM score_copy
        EXCEPT
        FROM score_copy_before
    )
    UNION ALL
    (
        FROM score_copy_before
        EXCEPT
        FROM score_copy
    )
)

SELECT
    record_key,
    feature_hash
FROM score_current
WHERE
    record_key IN (FROM score_seen_otherwise)
    OR record_key IN (SELECT record_key FROM copied_otherwise)
