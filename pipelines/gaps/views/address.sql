-- Addresses with a postcode of risk subjects and those near them.
SELECT subject_id, record_key, item_key, item.source_system, code AS postcode, from_date, to_date
FROM nominal.information_item AS item
INNER JOIN risk_member USING (record_key)
WHERE kind = 'address' AND code IS NOT NULL
