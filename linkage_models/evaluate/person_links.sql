-- The links that each person's records have and should have.
WITH cell AS (
    SELECT unit, person, subject, count(*) AS records
    FROM evaluate_record
    GROUP BY unit, person, subject
)

SELECT
    unit,
    person,
    sum(records * (records - 1) // 2)::BIGINT AS found,
    (sum(records) * (sum(records) - 1) // 2)::BIGINT AS wanted
FROM cell
GROUP BY unit, person
