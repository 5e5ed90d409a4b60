-- The first nominal records, to be shown with their values masked.
SELECT
    source_record_id, names, birth_dates, partial_birth_dates, sex, ethnicity, nationality, birth_place, identifiers,
    addresses, contact_points, sentence_dates
FROM staged_record
ORDER BY landed_row
LIMIT $rows
