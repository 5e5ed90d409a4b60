-- The links inside subjects. A link that a person decided is preferred to every scored one.
SELECT
    subject_id_l AS subject_id,
    record_l,
    record_r,
    CASE WHEN decided_by = 'person' THEN 'infinity' ELSE match_weight END AS strength,
    count(*) OVER (PARTITION BY subject_id_l) AS links
FROM publish_link
WHERE relation = 'within'
