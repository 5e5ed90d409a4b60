-- The ids that everybody's subjects and all accounts have, or had.
SELECT subject_id FROM linkage.membership
UNION ALL
SELECT unnest(old_subject_ids || new_subject_ids) AS subject_id FROM linkage.subject_event
UNION ALL
SELECT subject_id FROM audience.membership
UNION ALL
SELECT unnest(old_subject_ids || new_subject_ids) AS subject_id FROM audience.subject_event
