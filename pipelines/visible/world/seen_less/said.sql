-- What items say that records carry too, of the records with an item above the ceiling among these; and whether an item
-- that the audience may see says it.
SELECT
    record_key, kind, code, value, item_date,
    -- A part of a date of birth that an item tells.
    CASE WHEN kind IN ('name', 'birth_date') THEN detail ->> '$.birth_date' END AS partial_birth_date,
    bool_or(marking IN (FROM sight.marking)) IS TRUE AS visible
FROM everything_nominal.information_item
WHERE
    kind IN ('name', 'birth_date', 'identifier', 'address', 'contact_point', 'sentence')
    AND record_key IN (
        SELECT other.record_key
        FROM everything_nominal.information_item AS other
        WHERE
            other.kind IN ('name', 'birth_date', 'identifier', 'address', 'contact_point', 'sentence')
            AND (other.marking IN (FROM sight.marking)) IS NOT TRUE
    )
GROUP BY ALL
