-- The records of which the audience sees less than there is, as it sees them.
SELECT stripped.*
FROM stripped
INNER JOIN everything_nominal.record AS record USING (record_key)
WHERE
    len(stripped.names) <> len(record.names)
    OR len(stripped.birth_dates) <> len(record.birth_dates)
    OR len(stripped.partial_birth_dates) <> len(record.partial_birth_dates)
    OR len(stripped.identifiers) <> len(record.identifiers)
    OR len(stripped.addresses) <> len(record.addresses)
    OR len(stripped.contact_points) <> len(record.contact_points)
    OR len(stripped.sentence_dates) <> len(record.sentence_dates)
