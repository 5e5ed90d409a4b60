-- The subject's records in the source systems that were searched, and how old these systems' deliveries are.
SELECT
    found.gap_id,
    list(member.record_key ORDER BY member.record_key) AS record_keys,
    bool_and(system.stale) AS stale,
    max(system.last_delivery) AS last_delivery
FROM found
INNER JOIN member
    ON
        found.subject_id = member.subject_id
        AND (
            found.expected_in = member.source_system
            OR (found.expected_in = 'all' AND found.held_by <> member.source_system)
        )
INNER JOIN system ON member.source_system = system.source_system
GROUP BY ALL
