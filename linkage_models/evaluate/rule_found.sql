-- The true pairs that a blocking rule finds, as a bit of its own.
WITH key AS (
    SELECT person.unique_id, person.person, held.blocking_key
    FROM evaluate_key AS held
    INNER JOIN evaluate_person AS person ON held.id = person.unique_id
)

SELECT DISTINCT l.unique_id AS l, r.unique_id AS r, 1::BIGINT << $number AS rule
FROM key AS l
INNER JOIN key AS r ON l.person = r.person AND l.blocking_key = r.blocking_key AND l.unique_id < r.unique_id
