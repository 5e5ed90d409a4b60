-- Every record with its code, counted from 0 in the order of the keys. Records known from decisions alone come last, so
-- that a component's smallest code is one of a present record.
WITH decided AS (
    SELECT DISTINCT unnest([record_a, record_b]) AS record_key
    FROM resolve_decision
),

node AS (
    SELECT record_key, TRUE AS present FROM resolve_record
    UNION ALL
    SELECT record_key, FALSE AS present FROM decided ANTI JOIN resolve_record USING (record_key)
)

SELECT record_key, present, row_number() OVER (ORDER BY NOT present, record_key) - 1 AS code
FROM node
