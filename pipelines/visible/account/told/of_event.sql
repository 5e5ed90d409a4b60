-- The events of everybody's history that an account takes over: those of the subjects whose stays it takes over, but
-- those that name a divided one, of which only the creation is told.
WITH named AS (
    SELECT event_id, kind, old_subject_ids, unnest(old_subject_ids || new_subject_ids) AS subject_id
    FROM linkage.subject_event
),

divided AS (
    SELECT subject.audience, named.event_id, named.kind = 'created' AND len(named.old_subject_ids) = 0 AS creation
    FROM named
    INNER JOIN account_subject AS subject USING (subject_id)
    WHERE subject.divided
),

untold AS (
    SELECT audience, event_id FROM divided WHERE NOT creation
)

SELECT DISTINCT taken.audience, named.event_id
FROM named
INNER JOIN account_taken AS taken USING (subject_id)
ANTI JOIN untold USING (audience, event_id)
