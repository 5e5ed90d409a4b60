-- The subjects that have only ever held records that the audience may not see.
SELECT subject_id
FROM everything_linkage.membership
GROUP BY subject_id
HAVING NOT bool_or(sight.shows(split_part(record_key, ':', 1)))
