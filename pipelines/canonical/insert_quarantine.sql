-- What the load left in quarantine.
INSERT INTO nominal.quarantine BY NAME
SELECT $system AS source_system, $load_id AS load_id, *
FROM staged_quarantine
ORDER BY resource, landed_row, part, reason
