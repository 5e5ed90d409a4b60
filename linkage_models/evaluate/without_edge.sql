-- How many missed pairs without an edge are unlinkable, were never compared, and were compared but scored low.
WITH compared AS (
    SELECT DISTINCT missed.record_l, missed.record_r
    FROM evaluate_missed AS missed
    INNER JOIN evaluate_key AS l ON missed.record_l = l.id
    INNER JOIN evaluate_key AS r ON missed.record_r = r.id AND l.blocking_key = r.blocking_key
),

judged AS (
    SELECT missed.shares, compared.record_l IS NOT NULL AS was_compared
    FROM evaluate_shared AS missed
    LEFT JOIN compared USING (record_l, record_r)
)

SELECT
    count(*) FILTER (NOT was_compared AND NOT shares) AS unlinkable,
    count(*) FILTER (NOT was_compared AND shares) AS never_compared,
    count(*) FILTER (was_compared) AS below_review
FROM judged
