-- The state of the source's feed; `since` changes only when the state does.
MERGE INTO nominal.feed AS feed
USING (
    SELECT
        $system AS source_system,
        $state AS state,
        $problem AS problem,
        $now AS since,
        arg_max(load_id, (split_part(load_id, '-', 2)::BIGINT, load_id)) AS load_id,
        max(last_seen_at) AS last_seen_at
    FROM nominal.load
    WHERE source_system = $system AND refused IS NULL
) AS present
    ON feed.source_system = present.source_system
WHEN MATCHED THEN
    UPDATE SET
        state = present.state,
        problem = present.problem,
        since = CASE WHEN feed.state = present.state THEN feed.since ELSE present.since END,
        load_id = present.load_id,
        last_seen_at = present.last_seen_at
WHEN NOT MATCHED THEN
    INSERT (source_system, state, problem, since, load_id, last_seen_at)
    VALUES (
        present.source_system, present.state, present.problem, present.since, present.load_id, present.last_seen_at
    )
