-- The new ones of the given decisions that are to be in force.
WITH gone AS (FROM ruling WHERE withdraws)

SELECT made.position, made.decision_id, made.record_a, made.record_b, made.verdict
FROM ruling AS made
ANTI JOIN gone ON made.decision_id = gone.decision_id
WHERE made.is_new
ORDER BY made.position
