-- The records that the audience may see, as it may see them.
SELECT *
FROM everything_nominal.record
ANTI JOIN sight.seen_less USING (record_key)
WHERE sight.shows(source_system)
UNION ALL
FROM sight.seen_less
