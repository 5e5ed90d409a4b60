-- The records one step on: those that an edge could join with one reached, whatever made it; those that a person ruled
-- the same; and those of one subject with it last night.
WITH pair AS (
    SELECT record_l AS one, record_r AS other FROM everything_linkage.edge WHERE match_weight >= $wide
    UNION ALL
    SELECT record_l, record_r FROM account_scored WHERE match_weight >= $wide
    UNION ALL
    SELECT record_a, record_b FROM everything_linkage.decision WHERE verdict = 'same' AND withdrawn_at IS NULL
),

last_night AS (
    SELECT subject_id FROM everything_linkage.membership SEMI JOIN account_frontier USING (record_key)
    WHERE until IS NULL
),

met AS (
    SELECT pair.other AS record_key FROM pair SEMI JOIN account_frontier AS frontier ON pair.one = frontier.record_key
    UNION ALL
    SELECT pair.one FROM pair SEMI JOIN account_frontier AS frontier ON pair.other = frontier.record_key
    UNION ALL
    SELECT record_key FROM everything_linkage.membership SEMI JOIN last_night USING (subject_id) WHERE until IS NULL
)

SELECT DISTINCT record_key
FROM met
ANTI JOIN account_reached USING (record_key)
