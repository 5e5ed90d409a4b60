-- The information items at or below the ceiling, with their subject.
SELECT i.*, m.subject_id
FROM nominal.information_item AS i
INNER JOIN publish_member AS m USING (record_key)
WHERE i.marking IN (FROM publish_marking)
