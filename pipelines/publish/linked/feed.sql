SELECT source_system, state, problem, since, load_id, last_seen_at
FROM nominal.feed
