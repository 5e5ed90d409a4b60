-- The true pairs, those that some rules find, and those that no other rule finds; units that count alike are one row.
WITH of_units AS (
    SELECT
        count(*) AS pairs,
        count(*) FILTER (mask & $bits <> 0) AS found,
        count(*) FILTER (mask <> 0 AND mask & ~$bits = 0) AS only_it
    FROM evaluate_pair
    GROUP BY unit
)

SELECT pairs, found, only_it, count(*) AS units
FROM of_units
GROUP BY ALL
ORDER BY ALL
