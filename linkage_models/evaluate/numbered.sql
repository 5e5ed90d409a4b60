-- The records that have both a subject and a person, these as numbers counted from 0.
WITH record AS (
    SELECT record_key, source_system, subject_id, person_id
    FROM evaluate_predicted
    INNER JOIN evaluate_truth USING (record_key)
),

subject AS (
    SELECT subject_id, row_number() OVER (ORDER BY subject_id) - 1 AS subject
    FROM (SELECT DISTINCT subject_id FROM record) AS ids
),

person AS (
    SELECT person_id, row_number() OVER (ORDER BY person_id) - 1 AS person
    FROM (SELECT DISTINCT person_id FROM record) AS ids
)

SELECT record.record_key, record.source_system, subject.subject, person.person
FROM record
INNER JOIN subject USING (subject_id)
INNER JOIN person USING (person_id)
