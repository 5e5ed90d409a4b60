-- Subjects whose remaining records all go to one subject of another id; the old ids include the one that stays.
WITH absorbed AS (
    SELECT old_id, any_value(new_id) AS new_id
    FROM resolve_flow
    GROUP BY old_id
    HAVING count(*) = 1 AND old_id <> any_value(new_id)
)

SELECT
    'merged' AS kind,
    list_sort(list(old_id) || [new_id]) AS old_subject_ids,
    [new_id] AS new_subject_ids,
    'records joined' AS reason
FROM absorbed
GROUP BY new_id
