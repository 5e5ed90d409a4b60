-- The lines that are not a JSON document, except blank ones.
INSERT INTO quarantined BY NAME
SELECT
    $resource AS resource,
    line_number AS landed_row,
    'malformed_json' AS reason,
    format('{} line {} is not a JSON document', $file, line_number) AS explanation,
    text AS raw
FROM json_line
WHERE NOT is_document AND trim(text, $blank) <> ''
