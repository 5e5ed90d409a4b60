-- Rows read, accepted and quarantined of each source system, and the nominal records it holds.
WITH held AS (
    SELECT source_system, count(*) AS records
    FROM linked.subject_record
    GROUP BY source_system
)

SELECT
    loaded.source_system,
    sum(loaded.rows_extracted)::BIGINT AS read,
    sum(loaded.rows_accepted)::BIGINT AS accepted,
    sum(loaded.rows_quarantined)::BIGINT AS quarantined,
    coalesce(any_value(held.records), 0) AS records
FROM linked.source_load AS loaded
LEFT JOIN held ON loaded.source_system = held.source_system
GROUP BY loaded.source_system
ORDER BY loaded.source_system
