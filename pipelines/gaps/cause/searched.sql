-- The subject's records in the source systems that were searched, and how old these systems' deliveries are.
SELECT
    searched.gap_id,
    list(searched.record_key ORDER BY searched.record_key) AS record_keys,
    bool_and(system.stale) AS stale,
    max(system.last_delivery) AS last_delivery
FROM searched_record AS searched
INNER JOIN system ON searched.source_system = system.source_system
GROUP BY ALL
