-- The valid identifiers that records hold; each kind and value has a number of its own.
WITH held AS (
    SELECT record_key, unnest(identifiers) AS identifier
    FROM resolve_record
)

SELECT
    node.code,
    held.identifier.kind,
    dense_rank() OVER (ORDER BY held.identifier.kind, held.identifier.value) AS number
FROM held
INNER JOIN resolve_node AS node USING (record_key)
WHERE held.identifier.valid AND held.identifier.kind IS NOT NULL AND held.identifier.value IS NOT NULL
