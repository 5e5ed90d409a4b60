-- Which decision each one given is: that of its id, one in force that says the same, or a new one. `is_new` is true
-- where it first appears, `withdraws` where a decision that is in force, or new, is first withdrawn.
WITH in_order AS (
    SELECT * REPLACE (least(record_a, record_b) AS record_a, greatest(record_a, record_b) AS record_b)
    FROM given
),

said AS (
    SELECT
        *,
        nullif(decision_id, '') AS named,
        struct_pack(record_a, record_b, verdict, decided_by, reason) AS says
    FROM in_order
),

held AS (
    SELECT
        decision_id,
        withdrawn_at,
        struct_pack(record_a, record_b, verdict, decided_by, reason) AS says
    FROM linkage.decision
),

in_force AS (
    SELECT says, min(decision_id) AS decision_id
    FROM held
    WHERE withdrawn_at IS NULL
    GROUP BY says
),

-- No two decisions have one id: the number of those made before is part of what is hashed, and none is ever removed.
found AS (
    SELECT
        said.* EXCLUDE (decision_id, named),
        coalesce(
            said.named,
            in_force.decision_id,
            min(said.named) FILTER (WHERE said.withdrawn_at IS NULL) OVER (PARTITION BY said.says),
            'D' || left(sha256(concat_ws('|', said.says::VARCHAR, (SELECT count(*) FROM held))), 12)
        ) AS decision_id
    FROM said
    LEFT JOIN in_force ON said.says = in_force.says
)

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
