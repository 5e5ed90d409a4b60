-- The live subjects that a subject id leads to, oldest first.
-- An event other than a creation retires the old ids that are not among its new ones; no id ever lives again. Events
-- are followed in the order they happened: what a successor lost before it took over was never part of the old id.
WITH RECURSIVE step AS (
    SELECT event_id, unnest(old_subject_ids) AS old_id, new_subject_ids, kind
    FROM resolve_event
),

retired AS (
    SELECT DISTINCT old_id
    FROM step
    WHERE kind <> 'created' AND NOT list_contains(new_subject_ids, old_id)
),

reached AS (
    SELECT $subject_id AS subject_id, 0::BIGINT AS event_id
    UNION
    SELECT unnest(step.new_subject_ids) AS subject_id, step.event_id
    FROM reached
    INNER JOIN retired ON reached.subject_id = retired.old_id
    INNER JOIN step ON reached.subject_id = step.old_id AND reached.event_id < step.event_id
)

SELECT DISTINCT reached.subject_id
FROM reached
ANTI JOIN retired ON reached.subject_id = retired.old_id
ORDER BY resolve_number(reached.subject_id)
