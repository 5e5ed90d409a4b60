-- Which record is of which subject now, and which source system holds it.
SELECT membership.record_key, membership.subject_id, record.source_system
FROM linkage.membership
INNER JOIN nominal.record USING (record_key)
WHERE membership.until IS NULL
