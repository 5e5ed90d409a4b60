-- The flags of records that are shown; those of covered records are the account's.
WITH flagged AS (
    FROM everything_linkage.review_flag WHERE record_key NOT IN (FROM sight.covered)
    UNION ALL
    FROM everything_audience.review_flag
)

SELECT * FROM flagged WHERE sight.shows(split_part(record_key, ':', 1))
