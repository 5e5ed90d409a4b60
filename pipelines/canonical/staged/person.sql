-- One row per row of the record's resource, with `problem` where it is no person.
WITH said AS (
    SELECT
        * REPLACE (nullif(trim(birth_date), '') AS birth_date),
        nullif(trim(key), '') AS source_record_id
    FROM given_person
)

SELECT
    landed_row,
    source_record_id,
    $system || ':' || source_record_id AS record_key,
    std_name('primary', forenames, middle_names, surname) AS name,
    std_birth_date(read_date(birth_date)) AS birth_date,
    std_sex(sex) AS sex,
    nullif(trim(ethnicity), '') AS ethnicity,
    nullif(trim(nationality), '') AS nationality,
    nullif(trim(birth_place), '') AS birth_place,
    (birth_date IS NOT NULL)::INTEGER AS dates_given,
    (birth_date IS NOT NULL AND read_date(birth_date) IS NULL)::INTEGER AS unreadable_dates,
    unmapped_codes,
    CASE
        WHEN source_record_id IS NULL THEN 'missing_key'
        WHEN row_number() OVER (PARTITION BY source_record_id ORDER BY landed_row) > 1 THEN 'duplicate_key'
    END AS problem
FROM said
