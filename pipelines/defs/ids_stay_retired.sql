-- Retired subject ids that are in use.
WITH retired AS (
    SELECT unnest(list_filter(old_subject_ids, lambda id: NOT list_contains(new_subject_ids, id))) AS subject_id
    FROM linkage.subject_event
    -- Records that come back are a new subject; the one they were in before may live on.
    WHERE kind <> 'created'
)

SELECT count(DISTINCT subject_id) AS faults
FROM linkage.membership
SEMI JOIN retired USING (subject_id)
WHERE until IS NULL
