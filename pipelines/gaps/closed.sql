-- The marking of each closed gap. Records that are no longer held to be of one person are not told to have been, and
-- neither is a near miss that no edge tells of.
SELECT
    resting.gap_id,
    CASE
        WHEN
            resting.gap_id NOT IN (FROM apart)
            AND (resting.near_miss_record IS NULL OR resting.near_miss_record IN (FROM near))
            THEN marked.marking
    END AS marking
FROM resting
LEFT JOIN marked USING (gap_id)
