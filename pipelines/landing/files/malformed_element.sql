-- The elements of a JSON array that are no document.
INSERT INTO quarantined BY NAME
SELECT
    $resource AS resource,
    ordinal AS landed_row,
    'malformed_json' AS reason,
    format('{} element {} is not a JSON document', $file, ordinal) AS explanation,
    document::VARCHAR AS raw
FROM json_element
WHERE json_type(document) IS DISTINCT FROM 'OBJECT'
