-- The edges seen from subjects with a gap, from either end.
WITH edge AS (
    SELECT record_l AS own_key, record_r AS record_key, match_weight, match_probability FROM linkage.edge
    UNION ALL
    SELECT record_r AS own_key, record_l AS record_key, match_weight, match_probability FROM linkage.edge
),

own AS (
    SELECT record_key AS own_key, subject_id FROM member SEMI JOIN found USING (subject_id)
)

SELECT own.subject_id, other.subject_id AS near_subject_id, other.record_key, edge.match_weight, edge.match_probability
FROM edge
INNER JOIN own USING (own_key)
INNER JOIN member AS other USING (record_key)
