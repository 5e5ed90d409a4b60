-- Subjects of records that were in none; the old ids are those that their records were in before they went away.
WITH created AS (
    SELECT subject.subject_id AS new_id, member.record_key
    FROM resolve_subject AS subject
    ANTI JOIN resolve_overlap USING (cluster)
    INNER JOIN resolve_member AS member USING (subject_id)
),

former AS (
    SELECT created.new_id, old.subject_id AS old_id
    FROM created
    INNER JOIN resolve_membership AS old USING (record_key)
    QUALIFY row_number() OVER (
        PARTITION BY record_key ORDER BY old.until DESC, old.since DESC, resolve_number(old.subject_id) DESC
    ) = 1
),

subject AS (
    SELECT DISTINCT new_id FROM created
)

SELECT
    'created' AS kind,
    list_sort(list_distinct(list(former.old_id))) AS old_subject_ids,
    [subject.new_id] AS new_subject_ids,
    if(count(former.old_id) > 0, 'records came back', 'new records') AS reason
FROM subject
LEFT JOIN former USING (new_id)
GROUP BY subject.new_id
