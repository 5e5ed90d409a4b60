-- The edges of covered records: as they are for everybody where neither record is seen otherwise, else scored again.
SELECT *
FROM everything_linkage.edge
WHERE
    (record_l IN (FROM account_member) OR record_r IN (FROM account_member))
    AND sight.shows(split_part(record_l, ':', 1))
    AND sight.shows(split_part(record_r, ':', 1))
    AND record_l NOT IN (FROM account_rescored)
    AND record_r NOT IN (FROM account_rescored)
UNION ALL
FROM account_scored
ORDER BY record_l, record_r
