-- The subjects that have only ever held records that the audience may not see.
SELECT subject_id
FROM linkage.membership
GROUP BY subject_id
HAVING NOT bool_or(publish_shows(split_part(record_key, ':', 1)))
