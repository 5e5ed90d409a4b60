-- far more records than usual
SELECT subject_id
FROM evaluate_subject
WHERE record_count > 2 * (SELECT quantile_disc(record_count, 0.999) FROM evaluate_subject)
