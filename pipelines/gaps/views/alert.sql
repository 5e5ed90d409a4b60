-- Alerts in force.
SELECT subject_id, record_key, item_key, source_system, code, from_date, detail
FROM item
WHERE kind = 'alert' AND active
