-- Subjects with the name `name` or one like it and, where it is given, the date of birth `birth_date`, the best first.
SELECT
    b.subject_id,
    s.display_name,
    s.birth_date,
    s.source_systems,
    s.record_count,
    b.matched_name,
    round(b.score, 4) AS score
FROM best AS b
INNER JOIN linked.subject AS s ON b.subject_id = s.subject_id
ORDER BY b.score DESC, b.subject_id
