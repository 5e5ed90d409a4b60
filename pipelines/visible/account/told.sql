-- The events that the accounts tell before this night's: their own, and those that they take over now.
SELECT * FROM audience.subject_event
UNION ALL
SELECT *
FROM shown
ANTI JOIN audience.subject_event USING (audience, run_id, event_id)
WHERE old_subject_ids IS DISTINCT FROM new_subject_ids
