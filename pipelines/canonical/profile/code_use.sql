-- How many items or records have each code of a list. A kind with too many codes has no list: it numbers or describes.
WITH code AS (
    SELECT kind, code, count(*) AS rows
    FROM nominal.information_item
    WHERE source_system = $system AND list_contains($coded, kind) AND code IS NOT NULL
    GROUP BY ALL
    UNION ALL
    SELECT kind, code, count(*) AS rows
    FROM (
        SELECT
            unnest(['sex', 'ethnicity', 'nationality']) AS kind,
            unnest([sex, ethnicity, nationality]) AS code
        FROM profiled
    )
    WHERE code IS NOT NULL
    GROUP BY ALL
)

SELECT kind || ':' || code AS name, rows, sum(rows) OVER (PARTITION BY kind) AS of_rows
FROM code
QUALIFY count(*) OVER (PARTITION BY kind) <= $most_codes
