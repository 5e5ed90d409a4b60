-- What the latest run changed; a first run, which makes everything, counts no changes.
WITH latest AS (
    SELECT run_id, counts
    FROM linked.run
    ORDER BY started_at DESC, run_id
    LIMIT 1
)

SELECT
    (SELECT count(*) FROM linked.run) AS runs,
    count(*) FILTER (WHERE event.kind = 'created') AS created,
    count(*) FILTER (WHERE event.kind = 'merged') AS merged,
    count(*) FILTER (WHERE event.kind = 'split') AS split,
    count(*) FILTER (WHERE event.kind = 'retired') AS retired,
    any_value((latest.counts ->> 'gaps_opened')::BIGINT) AS gaps_opened,
    any_value((latest.counts ->> 'gaps_closed')::BIGINT) AS gaps_closed
FROM latest
LEFT JOIN linked.subject_event AS event ON latest.run_id = event.run_id
