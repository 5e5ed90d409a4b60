-- What is counted of one set of records, per kind of unit: units that count alike are one row, so there are few.
-- Links lie between the sides a and b where two systems are compared, else within side a.
WITH subject_total AS (
    SELECT unit, subject, sum(a)::BIGINT AS a, sum(b)::BIGINT AS b, count(*) AS people
    FROM evaluate_side
    GROUP BY unit, subject
),

person_total AS (
    SELECT unit, person, sum(a)::BIGINT AS a, sum(b)::BIGINT AS b, count(*) AS subjects
    FROM evaluate_side
    GROUP BY unit, person
),

of_cells AS (
    SELECT
        unit,
        sum(cell.a + cell.b)::BIGINT AS records,
        sum(if($across, cell.a * cell.b, cell.a * (cell.a - 1) // 2))::BIGINT AS true_links,
        count(*) FILTER (people = 1 AND subjects = 1) AS exact,
        round(sum((cell.a + cell.b) ** 2 / (subject_total.a + subject_total.b)), 12) AS purity,
        round(sum((cell.a + cell.b) ** 2 / (person_total.a + person_total.b)), 12) AS completeness
    FROM evaluate_side AS cell
    INNER JOIN subject_total USING (unit, subject)
    INNER JOIN person_total USING (unit, person)
    GROUP BY unit
),

of_subjects AS (
    SELECT
        unit,
        sum(if($across, a * b, a * (a - 1) // 2))::BIGINT AS predicted_links,
        count(*) AS subjects,
        count(*) FILTER (people > 1) AS over_merged
    FROM subject_total
    GROUP BY unit
),

of_people AS (
    SELECT
        unit,
        sum(if($across, a * b, a * (a - 1) // 2))::BIGINT AS person_links,
        count(*) AS people,
        count(*) FILTER (subjects > 1) AS split
    FROM person_total
    GROUP BY unit
)

SELECT * EXCLUDE (unit), count(*) AS units
FROM of_cells
INNER JOIN of_subjects USING (unit)
INNER JOIN of_people USING (unit)
GROUP BY ALL
ORDER BY ALL
