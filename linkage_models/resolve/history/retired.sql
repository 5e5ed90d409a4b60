-- Subjects none of whose records remain; the new ids are the subjects of the records that took them over in their
-- source, if any.
WITH RECURSIVE gone AS (
    SELECT old.subject_id AS old_id, old.record_key
    FROM resolve_membership AS old
    ANTI JOIN resolve_flow AS flow ON old.subject_id = flow.old_id
    WHERE old.until IS NULL
),

-- UNION, not UNION ALL: two records merged to and fro in their source must not be followed for ever.
survivor AS (
    SELECT old_id, record_key FROM gone
    UNION
    SELECT survivor.old_id, merge.surviving_key AS record_key
    FROM survivor
    INNER JOIN resolve_merge AS merge ON survivor.record_key = merge.merged_key
),

successor AS (
    SELECT survivor.old_id, member.subject_id AS new_id
    FROM survivor
    INNER JOIN resolve_member AS member USING (record_key)
),

subject AS (
    SELECT DISTINCT old_id FROM gone
)

SELECT
    'retired' AS kind,
    [subject.old_id] AS old_subject_ids,
    list_sort(list_distinct(list(successor.new_id))) AS new_subject_ids,
    if(count(successor.new_id) > 0, 'merged in source', 'no records left') AS reason
FROM subject
LEFT JOIN successor USING (old_id)
GROUP BY subject.old_id
