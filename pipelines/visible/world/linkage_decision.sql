-- The rulings on records that are shown, whether these are still there or not.
SELECT *
FROM everything_linkage.decision
WHERE sight.shows(split_part(record_a, ':', 1)) AND sight.shows(split_part(record_b, ':', 1))
