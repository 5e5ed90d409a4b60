-- The dates of birth of each subject of which a part is known, with the source systems that hold it.
WITH one_part AS (
    SELECT subject_id, birth_date, list_sort(list(DISTINCT source_system)) AS source_systems
    FROM (SELECT subject_id, source_system, unnest(partial_birth_dates) AS birth_date FROM publish_record)
    GROUP BY subject_id, birth_date
)

SELECT
    subject_id,
    list_sort(list({'birth_date': birth_date, 'source_systems': source_systems})) AS partial_birth_dates
FROM one_part
GROUP BY subject_id
