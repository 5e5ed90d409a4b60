-- The subject's records in the source systems that were searched for what a gap says is missing, a row each.
SELECT
    found.gap_id,
    found.held_by,
    found.expected_in,
    member.record_key,
    member.source_system
FROM found
INNER JOIN member
    ON
        found.subject_id = member.subject_id
        AND (
            found.expected_in = member.source_system
            OR (found.expected_in = 'all' AND found.held_by <> member.source_system)
        )
