-- The pairs by the numbers that features give their records.
SELECT
    l.unique_id AS join_key_l,
    r.unique_id AS join_key_r
FROM score_pair_key
INNER JOIN score_plain AS l ON score_pair_key.record_l = l.record_key
INNER JOIN score_plain AS r ON score_pair_key.record_r = r.record_key
