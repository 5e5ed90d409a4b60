-- Each gap of the rule at hand with the near misses in the system that should hold what is missing.
SELECT gap.gap_id, near_miss.record_key
FROM this_gap AS gap
INNER JOIN near_miss
    ON
        gap.subject_id = near_miss.subject_id
        AND (
            gap.expected_in = near_miss.source_system
            OR (gap.expected_in = 'all' AND gap.held_by <> near_miss.source_system)
        )
