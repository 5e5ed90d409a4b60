-- The rows of a load that name a touched record, or none that can be named.
WITH named AS (
    SELECT resource, landed_row, unnest(record_ids) AS record_id
    FROM row_chosen
)

SELECT DISTINCT named.resource, named.landed_row AS _row
FROM named
LEFT JOIN touched USING (record_id)
WHERE named.record_id IS NULL OR touched.record_id IS NOT NULL
