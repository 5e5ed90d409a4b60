-- The rows that earlier deliveries of a resource had in quarantine, except those of files that are read again.
INSERT INTO quarantined BY NAME
SELECT *
FROM quarantined_before
WHERE
    resource = $resource
    AND (file IS NULL OR NOT list_contains($anew, file))
    -- What a service gives again each night is quarantined once.
    AND NOT (file IS NULL AND (reason, raw) IN (SELECT (reason, raw) FROM quarantined WHERE resource = $resource))
