-- The events of subjects that hold, or held, records that are shown; those of subjects that held covered records are
-- the account's. They are numbered anew, so that no number that is missing tells of another.
WITH named AS (
    SELECT event_id, unnest(old_subject_ids || new_subject_ids) AS subject_id
    FROM everything_linkage.subject_event
),

covered AS (
    SELECT DISTINCT event_id FROM named SEMI JOIN sight.covered_subject USING (subject_id)
),

hidden AS (
    SELECT event_id, list(subject_id) AS ids
    FROM named
    SEMI JOIN sight.hidden_subject USING (subject_id)
    GROUP BY event_id
),

-- A subject whose records are all hidden is left out of the events that name it.
common AS (
    SELECT
        event_id, happened_at, run_id, kind,
        list_filter(old_subject_ids, lambda id: NOT list_contains(coalesce(ids, []), id)) AS old_subject_ids,
        list_filter(new_subject_ids, lambda id: NOT list_contains(coalesce(ids, []), id)) AS new_subject_ids,
        reason
    FROM everything_linkage.subject_event
    ANTI JOIN covered USING (event_id)
    LEFT JOIN hidden USING (event_id)
),

told AS (
    SELECT * FROM common WHERE old_subject_ids IS DISTINCT FROM new_subject_ids
    UNION ALL
    FROM everything_audience.subject_event
)

SELECT
    row_number() OVER (ORDER BY happened_at, event_id, kind, old_subject_ids, new_subject_ids) AS event_id,
    happened_at, run_id, kind, old_subject_ids, new_subject_ids, reason
FROM told
