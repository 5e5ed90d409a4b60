-- One row per record id that the source merged into another, with the record that is left in the end. A merge that
-- comes back to where it began, goes to two records or ends in one that the source does not hold tells nothing, and has
-- a `problem`.
SELECT
    ending.merged_key,
    ending.record_key,
    CASE
        WHEN ending.record_key IS NULL THEN 'merge_cycle'
        WHEN ending.record_key <> ending.other_key THEN 'merge_conflict'
        WHEN person.record_key IS NULL THEN 'unknown_record'
    END AS problem
FROM merge_ending AS ending
LEFT JOIN staged_person AS person ON ending.record_key = person.record_key AND person.problem IS NULL
