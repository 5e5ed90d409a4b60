-- What must be accepted or quarantined: rows and elements of lists, except lists in rows that are no person.
SELECT resource, landed_row, part, raw
FROM landed_part
WHERE NOT in_record OR landed_row IN (SELECT landed_row FROM person_row)
