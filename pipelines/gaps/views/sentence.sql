-- Sentences passed.
SELECT subject_id, record_key, item_key, source_system, code, item_date AS sentence_date, detail
FROM item
WHERE kind = 'sentence'
