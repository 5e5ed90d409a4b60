-- The counts of one set of records; units with equal counts are one row, so there are few rows, however many units.
WITH cell AS (
    SELECT
        *,
        count(*) OVER (PARTITION BY subject) AS people,
        count(*) OVER (PARTITION BY person) AS subjects
    FROM evaluate_side
),

-- Whole subjects, whole people, and what they share. Links lie between the sides a and b where two systems are
-- compared, else within side a.
total AS (
    SELECT
        unit,
        CASE grouping(subject, person) WHEN 0 THEN 'shared' WHEN 1 THEN 'subject' ELSE 'person' END AS part,
        if($across, sum(a) * sum(b), sum(a) * (sum(a) - 1) // 2) AS links,
        sum(a + b) AS records,
        sum((a + b) ** 2) / sum(a + b) AS share,
        count(*) > 1 AS is_several,
        bool_and(people = 1 AND subjects = 1) AS is_exact
    FROM cell
    GROUP BY GROUPING SETS ((unit, subject, person), (unit, subject), (unit, person))
),

of_units AS (
    SELECT
        sum(records) FILTER (part = 'shared') AS records,
        sum(links) FILTER (part = 'shared') AS true_links,
        sum(links) FILTER (part = 'subject') AS predicted_links,
        sum(links) FILTER (part = 'person') AS person_links,
        count(*) FILTER (part = 'subject') AS subjects,
        count(*) FILTER (part = 'person') AS people,
        count(*) FILTER (part = 'shared' AND is_exact) AS exact,
        count(*) FILTER (part = 'subject' AND is_several) AS over_merged,
        count(*) FILTER (part = 'person' AND is_several) AS split,
        round(sum(share) FILTER (part = 'subject'), 12) AS purity,
        round(sum(share) FILTER (part = 'person'), 12) AS completeness
    FROM total
    GROUP BY unit
)

SELECT *, count(*) AS units
FROM of_units
GROUP BY ALL
ORDER BY ALL
