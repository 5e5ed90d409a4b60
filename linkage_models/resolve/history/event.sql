-- The events of this run as they are kept, numbered on from the last.
WITH last_event AS (
    SELECT coalesce(max(event_id), 0) AS number FROM resolve_event
)

SELECT
    last_event.number + row_number() OVER (ORDER BY kind, old_subject_ids, new_subject_ids) AS event_id,
    $at AS happened_at,
    $run_id AS run_id,
    kind,
    old_subject_ids,
    new_subject_ids,
    reason
FROM resolve_change
CROSS JOIN last_event
ORDER BY event_id
