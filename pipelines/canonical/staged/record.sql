-- One row per nominal record, with the hash that shows whether it changed.
SELECT
    *,
    md5((
        record_key, names, birth_dates, sex, ethnicity, nationality, birth_place, identifiers, addresses,
        contact_points, sentence_dates, own_birth_date, partial_birth_dates, own_partial_birth_date
    )::VARCHAR) AS content_hash
FROM whole
