-- The subjects that these events name and whose records are all hidden.
SELECT of_event.audience, of_event.event_id, list(DISTINCT subject.subject_id) AS ids
FROM of_event
INNER JOIN linkage.subject_event AS event USING (event_id)
INNER JOIN account_hidden_subject AS subject
    ON
        of_event.audience = subject.audience
        AND list_contains(event.old_subject_ids || event.new_subject_ids, subject.subject_id)
GROUP BY ALL
