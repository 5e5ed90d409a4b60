-- The decisions given, each with the id of the one that it is: its own, that of one in force or given that says the
-- same, or a new one. No two decisions have one id: the number of those made before is part of what is hashed, and none
-- is ever removed.
WITH in_force AS (
    SELECT says, min(decision_id) AS decision_id
    FROM held
    WHERE withdrawn_at IS NULL
    GROUP BY says
)

SELECT
    said.* EXCLUDE (decision_id, named, is_gone, withdrawals_before),
    coalesce(
        said.named,
        CASE WHEN said.withdrawals_before = 0 THEN coalesce(
            in_force.decision_id,
            min(said.named) FILTER (WHERE said.withdrawn_at IS NULL AND NOT said.is_gone)
                OVER (PARTITION BY said.says)
        ) END,
        'D' || left(sha256(concat_ws(
            '|', said.says::VARCHAR, (SELECT count(*) FROM held), said.withdrawals_before
        )), 12)
    ) AS decision_id
FROM said
LEFT JOIN in_force ON said.says = in_force.says
