-- The information items, with their subject.
SELECT member.subject_id, information_item.*
FROM nominal.information_item
INNER JOIN member USING (record_key)
