-- The records that are seen otherwise, and those that are a copy or a namesake of another record than for everybody.
WITH otherwise AS (
    SELECT record_key FROM score_seen_otherwise
    UNION ALL
    SELECT record_key FROM (FROM score_copy EXCEPT FROM score_copy_before)
    UNION ALL
    SELECT record_key FROM (FROM score_copy_before EXCEPT FROM score_copy)
)
SELECT record_key, feature_hash FROM score_current SEMI JOIN otherwise USING (record_key)
