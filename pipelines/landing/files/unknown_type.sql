-- The lines of no declared type. The header and the trailer have been found where they belong; anywhere else they are
-- lines of no type.
INSERT INTO quarantined BY NAME
SELECT
    $resource AS resource,
    line_number AS landed_row,
    'unknown_line_type' AS reason,
    format('{} line {} is of no declared type', $file, line_number) AS explanation,
    text AS raw
FROM typed_line
WHERE
    NOT list_contains($types, line_type)
    AND NOT ($header AND line_number = 1)
    AND NOT ($trailer AND line_number = (SELECT max(line_number) FROM text_line))
