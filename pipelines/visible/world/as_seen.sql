-- The records whose links may not be everybody's: those seen less of, with the hash of what is seen, and hidden ones.
SELECT
    record_key,
    md5((
        names, birth_dates, partial_birth_dates, identifiers, addresses, contact_points, sentence_dates
    )::VARCHAR) AS as_seen
FROM sight.seen_less
UNION ALL
SELECT record_key, NULL AS as_seen
FROM everything_nominal.record
WHERE NOT sight.shows(source_system)
