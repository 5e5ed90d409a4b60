-- Why the place of a subject's records needs a person's eye.
SELECT r.subject_id, list_sort(list(DISTINCT f.flag)) AS review_flags
FROM linkage.review_flag AS f
INNER JOIN publish_record AS r USING (record_key)
GROUP BY r.subject_id
