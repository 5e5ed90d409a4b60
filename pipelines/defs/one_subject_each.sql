-- Nominal records that are not in one subject each, and records of subjects that are no nominal records.
WITH present AS (
    SELECT record_key, count(*) AS subjects
    FROM linkage.membership
    WHERE until IS NULL
    GROUP BY record_key
)

SELECT count(*) AS faults
FROM nominal.record AS record
FULL JOIN present ON record.record_key = present.record_key
WHERE record.record_key IS NULL OR present.subjects IS DISTINCT FROM 1
