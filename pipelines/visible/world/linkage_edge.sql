-- The scored pairs of records that are shown; those of covered records are the account's.
SELECT *
FROM everything_linkage.edge
WHERE
    sight.shows(split_part(record_l, ':', 1))
    AND sight.shows(split_part(record_r, ':', 1))
    AND record_l NOT IN (FROM sight.covered)
    AND record_r NOT IN (FROM sight.covered)
UNION ALL
FROM everything_audience.edge
