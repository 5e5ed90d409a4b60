-- The links inside the subjects of such gaps; a person's "same" is certain.
WITH inside AS (
    SELECT record_key, subject_id
    FROM member
    WHERE subject_id IN (SELECT subject_id FROM found SEMI JOIN gap_rests_on USING (gap_id))
),

joined AS (
    SELECT record_l, record_r, match_probability AS strength FROM linkage.edge
    UNION ALL
    SELECT record_a, record_b, 1.0 AS strength FROM linkage.decision WHERE verdict = 'same' AND withdrawn_at IS NULL
)

SELECT joined.record_l, joined.record_r, joined.strength
FROM joined
INNER JOIN inside AS l ON joined.record_l = l.record_key
INNER JOIN inside AS r ON joined.record_r = r.record_key AND l.subject_id = r.subject_id
