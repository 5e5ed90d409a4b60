-- Registrations in force.
SELECT
    subject_id, record_key, item_key, source_system, code, from_date, detail,
    detail ->> 'category' AS category, detail ->> 'level' AS level
FROM item
WHERE kind = 'registration' AND active
