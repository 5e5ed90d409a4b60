-- The ids that accounts have given.
SELECT subject_id FROM audience.membership
UNION ALL
SELECT unnest(old_subject_ids || new_subject_ids) AS subject_id FROM audience.subject_event
