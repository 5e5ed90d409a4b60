-- Days of release, past or to come.
SELECT
    subject_id, record_key, item_key, source_system, code AS release_type, item_date AS release_date, detail
FROM item
WHERE kind = 'release_date' AND item_date IS NOT NULL
