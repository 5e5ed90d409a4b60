-- The records of risk subjects and of the subjects near them. Details are wanted of few subjects and cost most to
-- gather, so they are gathered once, and only of those.
WITH own AS (
    FROM member SEMI JOIN risk_subject USING (subject_id)
),

near AS (
    SELECT record_r AS record_key FROM linkage.edge SEMI JOIN own ON own.record_key = record_l
    UNION ALL
    SELECT record_l AS record_key FROM linkage.edge SEMI JOIN own ON own.record_key = record_r
),

subject AS (
    SELECT subject_id FROM risk_subject
    UNION
    SELECT subject_id FROM member SEMI JOIN near USING (record_key)
)

FROM member SEMI JOIN subject USING (subject_id)
