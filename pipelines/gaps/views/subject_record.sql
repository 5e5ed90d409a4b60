-- The nominal records, with their subject.
SELECT member.subject_id, record.*
FROM nominal.record
INNER JOIN member USING (record_key)
