-- These events without them.
SELECT
    of_event.audience,
    event.* REPLACE (
        list_filter(event.old_subject_ids, lambda id: NOT list_contains(coalesce(hidden.ids, []), id))
            AS old_subject_ids,
        list_filter(event.new_subject_ids, lambda id: NOT list_contains(coalesce(hidden.ids, []), id))
            AS new_subject_ids
    )
FROM of_event
INNER JOIN linkage.subject_event AS event USING (event_id)
LEFT JOIN hidden USING (audience, event_id)
