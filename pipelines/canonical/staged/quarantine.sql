-- One row per landed row, or element of a nested list, that became neither a person nor an item, with the reason.
WITH accepted AS (
    SELECT resource, landed_row, part FROM staged_item WHERE problem IS NULL
    UNION
    SELECT $record AS resource, landed_row, 0 AS part FROM person_row
),

failed AS (
    SELECT resource, landed_row, part, arg_min(problem, mapping) AS reason
    FROM (
        SELECT resource, landed_row, part, mapping, problem FROM staged_item WHERE problem IS NOT NULL
        UNION ALL
        SELECT $record AS resource, landed_row, 0 AS part, -1 AS mapping, problem
        FROM staged_person
        WHERE problem <> 'merged'
    )
    GROUP BY ALL
),

quarantined AS (
    SELECT resource, landed_row, part, coalesce(failed.reason, 'not_mapped') AS reason, expected.raw
    FROM expected_part AS expected
    ANTI JOIN accepted USING (resource, landed_row, part)
    LEFT JOIN failed USING (resource, landed_row, part)
)

SELECT resource, landed_row, part, reason, map($reasons, $explanations)[reason] AS explanation, raw
FROM quarantined
UNION ALL
SELECT resource, landed_row, 0 AS part, reason, explanation, raw
FROM landed_quarantine
