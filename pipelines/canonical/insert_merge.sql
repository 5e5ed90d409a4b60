-- Each record id that the source merged into another, with the record that is left.
INSERT INTO nominal.merge BY NAME
SELECT DISTINCT
    $system AS source_system,
    $system || ':' || value AS merged_key,
    record_key AS surviving_key,
    from_date AS merged_on
FROM staged_item
WHERE kind = 'merge' AND problem IS NULL
ORDER BY ALL
