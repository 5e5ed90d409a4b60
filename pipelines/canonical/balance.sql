-- Of every resource: elements of lists that are counted, rows accepted, quarantined, and merged away in the source.
WITH accepted AS (
    SELECT resource, landed_row, part FROM staged_item WHERE problem IS NULL
    UNION
    SELECT $record AS resource, landed_row, 0 AS part FROM staged_person WHERE problem IS NULL
),

counted AS (
    SELECT resource, 'element' AS counted_as FROM expected_part WHERE part > 0
    UNION ALL
    SELECT resource, 'accepted' AS counted_as FROM accepted
    UNION ALL
    SELECT resource, 'quarantined' AS counted_as
    FROM (SELECT DISTINCT resource, landed_row, part FROM staged_quarantine)
    UNION ALL
    SELECT $record AS resource, 'merged' AS counted_as
    FROM staged_person
    WHERE problem = 'merged' AND landed_row NOT IN (SELECT landed_row FROM accepted WHERE resource = $record)
)

SELECT
    resource,
    count(*) FILTER (counted_as = 'element') AS elements,
    count(*) FILTER (counted_as = 'accepted') AS accepted,
    count(*) FILTER (counted_as = 'quarantined') AS quarantined,
    count(*) FILTER (counted_as = 'merged') AS merged
FROM unnest($resources) AS known (resource)
LEFT JOIN counted USING (resource)
GROUP BY resource
ORDER BY list_position($resources, resource)
