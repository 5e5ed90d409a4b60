-- Those records, whole.
SELECT
    m.record_key, m.subject_id, m.since, m.strict_subject_id, m.wide_subject_id, r.source_system, r.source_record_id,
    r.sex, r.names, r.birth_dates, r.partial_birth_dates, r.identifiers, r.addresses
FROM publish_member AS m
INNER JOIN nominal.record AS r USING (record_key)
