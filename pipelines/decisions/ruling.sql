-- Which decision each one given is: that of its id, one in force that says the same, or a new one. `is_new` is true
-- where it first appears, `withdraws` where a decision that is in force, or new, is first withdrawn.
SELECT
    found.*,
    coalesce(held.says, first_value(found.says) OVER from_the_first) AS holds,
    held.decision_id IS NULL AND row_number() OVER from_the_first = 1 AS is_new,
    found.withdrawn_at IS NOT NULL
    AND held.withdrawn_at IS NULL
    AND count(found.withdrawn_at) OVER from_the_first = 1 AS withdraws
FROM found
LEFT JOIN held ON found.decision_id = held.decision_id
WINDOW from_the_first AS (PARTITION BY found.decision_id ORDER BY found.position)
