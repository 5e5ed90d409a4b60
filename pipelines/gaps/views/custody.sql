-- Who is in custody, and where.
SELECT subject_id, record_key, item_key, source_system, code AS establishment, from_date, detail
FROM item
WHERE kind = 'custody' AND active
