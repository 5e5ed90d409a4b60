-- far more records than usual
WITH usual AS (
    SELECT quantile_disc(record_count, 0.999) AS most
    FROM evaluate_subject
)

SELECT subject.subject_id
FROM evaluate_subject AS subject
CROSS JOIN usual
WHERE subject.record_count > 2 * usual.most
