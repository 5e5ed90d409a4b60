-- The information items, with their subject.
SELECT i.*, m.subject_id
FROM nominal.information_item AS i
INNER JOIN publish_member AS m USING (record_key)
