-- The pairs of records of one person that are in two subjects and have no edge.
SELECT l.record_key AS record_l, r.record_key AS record_r
FROM evaluate_linked AS l
INNER JOIN evaluate_linked AS r ON l.person_id = r.person_id AND l.record_key < r.record_key
ANTI JOIN evaluate_edge AS edge ON l.record_key = edge.record_l AND r.record_key = edge.record_r
WHERE l.subject_id <> r.subject_id
