-- The links found and wanted of each group of one dimension; units that count alike are one row.
WITH of_units AS (
    SELECT of_group.grp, link.unit, sum(link.found) AS found, sum(link.wanted) AS wanted, count(*) AS people
    FROM evaluate_person AS link
    INNER JOIN evaluate_group AS of_group USING (person)
    WHERE of_group.dimension = $dimension
    GROUP BY of_group.grp, link.unit
)

SELECT grp, found, wanted, people, count(*) AS units
FROM of_units
GROUP BY ALL
ORDER BY ALL
