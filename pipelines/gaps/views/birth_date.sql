-- Dates of birth of risk subjects and those near them.
SELECT subject_id, record_key, record.source_system, unnest(birth_dates) AS birth_date
FROM nominal.record
INNER JOIN risk_member USING (record_key)
