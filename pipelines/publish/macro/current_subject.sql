-- The subjects that the id `id` leads to today. Events are followed in the order they happened, so a split counts only
-- if it came after the id had moved on.
WITH RECURSIVE change AS (
    SELECT e.event_id, unnest(e.old_subject_ids) AS old_id, e.new_subject_ids
    FROM linked.subject_event AS e
    WHERE len(e.old_subject_ids) > 0
),

step AS (
    SELECT c.old_id, c.event_id, unnest(c.new_subject_ids) AS new_id
    FROM change AS c
),

trail AS (
    SELECT id::VARCHAR AS at_id, 0::BIGINT AS event_id
    UNION
    SELECT s.new_id, s.event_id
    FROM trail AS t
    INNER JOIN step AS s ON t.at_id = s.old_id AND t.event_id < s.event_id
    WHERE NOT EXISTS (SELECT 1 FROM linked.subject AS own WHERE own.subject_id = id)
)

SELECT DISTINCT s.subject_id, s.display_name, s.birth_date, s.source_systems, s.record_count
FROM linked.subject AS s
INNER JOIN trail AS t ON s.subject_id = t.at_id
ORDER BY s.subject_id
