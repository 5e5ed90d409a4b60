-- The lines of a type that are too short or too long for it.
INSERT INTO quarantined BY NAME
SELECT
    $resource AS resource,
    line_number AS landed_row,
    CASE WHEN length(text) < $length THEN 'truncated_line' ELSE 'overlong_line' END AS reason,
    format('{} line {} has {} characters where its type has {}', $file, line_number, length(text), $length)
        AS explanation,
    text AS raw
FROM typed_line
WHERE line_type = $line_type AND length(text) <> $length
