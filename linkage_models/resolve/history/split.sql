-- Subjects whose records go to several; the new ids begin with the old one where it is kept.
SELECT
    'split' AS kind,
    [old_id] AS old_subject_ids,
    list(new_id ORDER BY new_id <> old_id, resolve_number(new_id)) AS new_subject_ids,
    'records separated' AS reason
FROM resolve_flow
GROUP BY old_id
HAVING count(*) > 1
