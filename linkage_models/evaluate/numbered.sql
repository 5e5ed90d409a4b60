-- The records that have both a subject and a person, with these as numbers counted from 0.
SELECT
    predicted.record_key,
    predicted.source_system,
    dense_rank() OVER (ORDER BY predicted.subject_id) - 1 AS subject,
    dense_rank() OVER (ORDER BY truth.person_id) - 1 AS person
FROM evaluate_predicted AS predicted
INNER JOIN evaluate_truth AS truth USING (record_key)
