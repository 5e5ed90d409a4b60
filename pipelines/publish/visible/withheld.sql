-- What those records must not show. Canonical records carry names, dates, identifiers and addresses of their items,
-- without the items' markings: these rows take out again what no visible item of the same record says too. An alias
-- brings its date of birth without an item of its own, so where an alias is withheld only dates that visible items give
-- are left.
WITH said AS (
    SELECT record_key, kind, code, value, item_date, bool_or(marking IN (FROM publish_marking)) IS TRUE AS visible
    FROM nominal.information_item
    WHERE kind IN ('name', 'birth_date', 'identifier', 'address')
    GROUP BY ALL
)

SELECT
    record_key,
    coalesce(list(value) FILTER (kind = 'name' AND NOT visible), []) AS names,
    coalesce(list({'kind': code, 'value': value}) FILTER (kind = 'identifier' AND NOT visible), []) AS identifiers,
    coalesce(list({'address': value, 'postcode': code}) FILTER (kind = 'address' AND NOT visible), []) AS addresses,
    count_if(kind IN ('name', 'birth_date') AND NOT visible) > 0 AS hides_birth_dates,
    coalesce(list(item_date) FILTER (kind = 'birth_date' AND visible), []) AS birth_dates
FROM said
GROUP BY record_key
HAVING count_if(NOT visible) > 0
