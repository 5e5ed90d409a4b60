-- What each of these records must not show: what no visible item says. Dates of birth are told the other way round, as
-- one that no item explains must not be shown either.
SELECT
    record_key,
    coalesce(list(value) FILTER (kind = 'name' AND NOT visible), []) AS hidden_names,
    coalesce(list({'kind': code, 'value': value}) FILTER (kind = 'identifier' AND NOT visible), [])
        AS hidden_identifiers,
    coalesce(list({'address': value, 'postcode': code}) FILTER (kind = 'address' AND NOT visible), [])
        AS hidden_addresses,
    coalesce(list({'kind': code, 'value': value}) FILTER (kind = 'contact_point' AND NOT visible), [])
        AS hidden_contact_points,
    coalesce(list(item_date) FILTER (kind = 'sentence' AND NOT visible), []) AS hidden_sentence_dates,
    count_if(kind IN ('name', 'birth_date') AND NOT visible) > 0 AS hides_birth_dates,
    coalesce(list(item_date) FILTER (kind IN ('name', 'birth_date') AND visible), []) AS seen_birth_dates,
    coalesce(list(partial_birth_date) FILTER (visible), []) AS seen_partial_birth_dates
FROM said
GROUP BY record_key
HAVING count_if(NOT visible) > 0
