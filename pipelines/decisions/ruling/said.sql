-- The decisions given, what each says, and how many withdrawals of the same come before it. What is said without an id
-- after a withdrawal without an id is ruled once more.
WITH in_order AS (
    SELECT * REPLACE (least(record_a, record_b) AS record_a, greatest(record_a, record_b) AS record_b)
    FROM given
),

saying AS (
    SELECT
        *,
        nullif(decision_id, '') AS named,
        decision_id IN (SELECT decision_id FROM held WHERE withdrawn_at IS NOT NULL) AS is_gone,
        struct_pack(record_a, record_b, verdict, decided_by, reason) AS says
    FROM in_order
)

SELECT
    *,
    count(withdrawn_at) FILTER (WHERE named IS NULL) OVER (
        PARTITION BY says ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS withdrawals_before
FROM saying
