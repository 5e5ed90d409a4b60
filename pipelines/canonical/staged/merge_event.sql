-- One row per merge that the source reports.
WITH told AS (
    SELECT
        $system || ':' || nullif(trim(bounded(value)), '') AS merged_key,
        $system || ':' || nullif(trim(bounded(key)), '') AS surviving_key
    FROM given_item
    WHERE kind = 'merge'
)

SELECT DISTINCT merged_key, surviving_key
FROM told
WHERE merged_key IS NOT NULL AND surviving_key IS NOT NULL
