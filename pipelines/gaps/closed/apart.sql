-- The closed gaps whose records are held to be of one person no longer.
SELECT resting.gap_id
FROM (SELECT gap_id, unnest(records || searched) AS record_key FROM resting) AS resting
INNER JOIN member USING (record_key)
GROUP BY resting.gap_id
HAVING count(DISTINCT member.subject_id) > 1
