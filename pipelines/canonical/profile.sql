-- The profile of a load: how many of its records have each field, and how many items or records each code.
SELECT
    $system AS source_system,
    $load_id AS load_id,
    'field' AS measure,
    name,
    rows,
    (SELECT count(*) FROM profiled) AS of_rows
FROM completeness
UNION ALL BY NAME
SELECT $system AS source_system, $load_id AS load_id, 'code' AS measure, *
FROM code_use
ORDER BY ALL
