-- One row per record id that the source merged into another, with the record that is left in the end. A merge that
-- comes back to where it began, goes to two records or ends in one that the source does not hold tells nothing, and has
-- a `problem`.
WITH RECURSIVE walk AS (
    SELECT
        merged_key,
        surviving_key AS ending_at,
        [merged_key] AS path,
        merged_key = surviving_key AS in_a_cycle
    FROM merge_event
    UNION ALL
    SELECT
        walk.merged_key,
        event.surviving_key AS ending_at,
        list_append(walk.path, walk.ending_at) AS path,
        list_contains(walk.path, event.surviving_key) AS in_a_cycle
    FROM walk
    INNER JOIN merge_event AS event ON walk.ending_at = event.merged_key
    WHERE NOT walk.in_a_cycle
),

ending AS (
    SELECT
        merged_key,
        bool_or(in_a_cycle) AS in_a_cycle,
        list_distinct(list(ending_at) FILTER (ending_at NOT IN (SELECT merged_key FROM merge_event))) AS ends
    FROM walk
    GROUP BY merged_key
)

SELECT
    ending.merged_key,
    ending.ends[1] AS record_key,
    CASE
        WHEN ending.in_a_cycle THEN 'merge_cycle'
        WHEN len(ending.ends) > 1 THEN 'merge_conflict'
        WHEN person.record_key IS NULL THEN 'unknown_record'
    END AS problem
FROM ending
LEFT JOIN staged_person AS person ON ending.ends[1] = person.record_key AND person.problem IS NULL
