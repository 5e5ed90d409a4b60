-- Decisions in force that do not hold.
WITH present AS (
    SELECT record_key, subject_id FROM linkage.membership WHERE until IS NULL
),

contradicted AS (
    SELECT record_key FROM linkage.review_flag WHERE flag = 'contradictory_decisions'
)

SELECT count(*) AS faults
FROM linkage.decision AS decision
INNER JOIN present AS a ON decision.record_a = a.record_key
INNER JOIN present AS b ON decision.record_b = b.record_key
WHERE
    decision.withdrawn_at IS NULL
    AND (decision.verdict = 'same') <> (a.subject_id = b.subject_id)
    -- Where people contradict each other, what holds them together gives way, and every record of it is flagged.
    AND NOT (decision.verdict = 'same' AND decision.record_a IN (FROM contradicted))
