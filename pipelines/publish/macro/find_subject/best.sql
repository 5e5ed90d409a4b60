-- The best name of each subject.
SELECT
    d.subject_id,
    arg_min(d.matched_name, {'score': -d.score, 'name': d.matched_name}) AS matched_name,
    max(d.score) AS score
FROM dated AS d
WHERE d.score IS NOT NULL
GROUP BY d.subject_id
ORDER BY score DESC, d.subject_id
LIMIT max_rows
