-- The records that are in a subject now.
SELECT record_key, r.source_system, m.subject_id, m.since, m.strict_subject_id, m.wide_subject_id
FROM linkage.membership AS m
INNER JOIN nominal.record AS r USING (record_key)
WHERE m.until IS NULL
