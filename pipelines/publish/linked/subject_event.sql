-- One row per event in the life of a subject id.
SELECT
    event_id,
    happened_at,
    run_id,
    kind,
    old_subject_ids,
    new_subject_ids,
    reason
FROM linkage.subject_event
