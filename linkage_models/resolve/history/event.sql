-- The events of this run as they are kept, numbered on from the last.
WITH last_event AS (
    SELECT coalesce(max(event_id), 0) AS number
    FROM resolve_event
),

ordered AS (
    SELECT *, row_number() OVER (ORDER BY kind, old_subject_ids, new_subject_ids) AS place
    FROM resolve_change
)

SELECT
    last_event.number + ordered.place AS event_id,
    $at AS happened_at,
    $run_id AS run_id,
    ordered.kind,
    ordered.old_subject_ids,
    ordered.new_subject_ids,
    ordered.reason
FROM ordered
CROSS JOIN last_event
ORDER BY event_id
