-- What the items say of each record, every value once.
SELECT
    record_key,
    list(DISTINCT name) FILTER (name IS NOT NULL) AS aliases,
    list(DISTINCT birth_date) FILTER (birth_date IS NOT NULL) AS birth_dates,
    list(DISTINCT partial_birth_date) FILTER (partial_birth_date IS NOT NULL) AS partial_birth_dates,
    list(DISTINCT identifier) FILTER (identifier IS NOT NULL) AS identifiers,
    list(DISTINCT {'address': value, 'postcode': code, 'from_date': from_date, 'to_date': to_date})
    FILTER (kind = 'address') AS addresses,
    list(DISTINCT contact_point) FILTER (contact_point IS NOT NULL) AS contact_points,
    list(DISTINCT item_date) FILTER (kind = 'sentence' AND item_date IS NOT NULL) AS sentence_dates
FROM staged_item
WHERE problem IS NULL
GROUP BY record_key
