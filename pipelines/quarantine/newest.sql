-- The rows in quarantine of each source's newest load, or of one source's.
WITH newest AS (
    SELECT source_system, arg_max(load_id, (split_part(load_id, '-', 2)::BIGINT, load_id)) AS load_id
    FROM nominal.load
    GROUP BY source_system
)

FROM nominal.quarantine
SEMI JOIN newest USING (source_system, load_id)
WHERE $system IS NULL OR source_system = $system
