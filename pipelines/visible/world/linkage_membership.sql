-- The stays of records that are shown; those of covered records are the account's.
WITH stay AS (
    FROM everything_linkage.membership WHERE record_key NOT IN (FROM sight.covered)
    UNION ALL
    FROM everything_audience.membership
)

SELECT * FROM stay WHERE sight.shows(split_part(record_key, ':', 1))
