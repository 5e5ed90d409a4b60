-- The records of each subject and person on side a and, where two systems are compared, on side b.
SELECT
    unit,
    subject,
    person,
    coalesce(sum(records) FILTER ($system_a IS NULL OR source_system = $system_a), 0)::BIGINT AS a,
    coalesce(sum(records) FILTER ($across AND source_system = $system_b), 0)::BIGINT AS b
FROM evaluate_cell
WHERE $system_a IS NULL OR source_system IN ($system_a, $system_b)
GROUP BY unit, subject, person
