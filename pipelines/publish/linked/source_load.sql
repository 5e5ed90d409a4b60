-- The load in force is the latest that was not refused: its id has a running number between its time and its checksum.
SELECT
    source_system, resource, load_id, rows_extracted, rows_accepted, rows_quarantined, rows_deleted, delivered_at,
    last_seen_at
FROM nominal.load
WHERE refused IS NULL
QUALIFY rank() OVER (
    PARTITION BY source_system
    ORDER BY split_part(load_id, '-', 2)::BIGINT DESC, load_id DESC
) = 1
