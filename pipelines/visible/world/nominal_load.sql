-- The loads of source systems that are shown, their rows without those that gave nothing but hidden items.
WITH item_row AS (
    SELECT source_system, resource, load_id, landed_row, count(*) AS items
    FROM everything_nominal.information_item
    GROUP BY ALL
    HAVING bool_or(marking IN (FROM sight.marking)) IS NOT TRUE
),

hidden AS (
    SELECT
        source_system,
        resource,
        -- An element of a nested list is a row of its own, and elements of one document share its row.
        sum(CASE WHEN contains(resource, '.') THEN items ELSE 1 END)::BIGINT AS hidden_rows
    FROM item_row
    GROUP BY ALL
)

SELECT
    * EXCLUDE (hidden_rows) REPLACE (
        greatest(rows_extracted - coalesce(hidden_rows, 0), 0) AS rows_extracted,
        greatest(rows_accepted - coalesce(hidden_rows, 0), 0) AS rows_accepted
    )
FROM everything_nominal.load
LEFT JOIN hidden USING (source_system, resource)
WHERE sight.shows(source_system)
