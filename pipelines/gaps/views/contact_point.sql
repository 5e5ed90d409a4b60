-- Telephones, e-mail addresses, vehicles and documents of risk subjects and those near them.
SELECT subject_id, record_key, item_key, item.source_system, lower(code) AS category, value, from_date
FROM nominal.information_item AS item
INNER JOIN risk_member USING (record_key)
WHERE kind = 'contact_point' AND value IS NOT NULL
