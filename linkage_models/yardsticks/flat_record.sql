-- Nominal records as a bare script reads them: one value a field, the first.
SELECT
    record_key,
    source_system,
    names[1].forename AS forename,
    names[1].middle_names AS middle_names,
    names[1].surname AS surname,
    names[1].forename || ' ' || names[1].surname AS full_name,
    birth_dates[1]::VARCHAR AS birth_date,
    left(birth_dates[1]::VARCHAR, 4) AS birth_year,
    substr(birth_dates[1]::VARCHAR, 6) AS birth_day,
    sex,
    upper(birth_place) AS birth_place,
    upper(addresses[1].address) AS address,
    -- With the space that Splink's comparison of British ones looks for.
    regexp_replace(addresses[1].postcode, '^([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})$', '\1 \2') AS postcode
FROM given
