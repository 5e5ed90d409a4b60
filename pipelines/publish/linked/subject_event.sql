-- One row per event in the life of a subject id, without the subjects whose records the audience may not see.
WITH hidden AS (
    SELECT coalesce(list(subject_id), []) AS subject_ids
    FROM publish_hidden_subject
),

event AS (
    SELECT
        e.* EXCLUDE (old_subject_ids, new_subject_ids),
        list_filter(e.old_subject_ids, lambda id: NOT list_contains(hidden.subject_ids, id)) AS old_subject_ids,
        list_filter(e.new_subject_ids, lambda id: NOT list_contains(hidden.subject_ids, id)) AS new_subject_ids
    FROM linkage.subject_event AS e
    CROSS JOIN hidden
)

SELECT
    event_id,
    happened_at,
    run_id,
    kind,
    old_subject_ids,
    new_subject_ids,
    reason
FROM event
WHERE len(old_subject_ids) + len(new_subject_ids) > 0
