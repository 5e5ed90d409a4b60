-- One row per row of the record's resource, with `problem` where it is no person.
WITH bound AS (
    -- A text that is too long is not even read: that, and every comparison, may cost far more than it is long.
    SELECT
        landed_row, unmapped_codes,
        nullif(trim(bounded(key)), '') AS source_record_id,
        bounded(forenames) AS forenames,
        bounded(middle_names) AS middle_names,
        bounded(surname) AS surname,
        nullif(trim(bounded(birth_date)), '') AS birth_date,
        bounded(sex) AS sex,
        bounded(ethnicity) AS ethnicity,
        bounded(nationality) AS nationality,
        bounded(birth_place) AS birth_place,
        coalesce(greatest(
            length(key), length(forenames), length(middle_names), length(surname), length(birth_date), length(sex),
            length(ethnicity), length(nationality), length(birth_place)
        ) > $longest, FALSE) AS overlong
    FROM given_person
),

dated AS (
    SELECT *, read_birth_date(birth_date) AS birth_day FROM bound
),

-- Of a date that cannot be read whole, a part may be.
parted AS (
    SELECT *, CASE WHEN birth_day IS NULL THEN read_part(birth_date) END AS birth_part FROM dated
)

SELECT
    landed_row,
    source_record_id,
    $system || ':' || source_record_id AS record_key,
    std_name('primary', forenames, middle_names, surname) AS name,
    possible_birth(birth_day) AS birth_date,
    possible_part(birth_part) AS partial_birth_date,
    birth_fault(birth_date, birth_day, birth_part) AS birth_fault,
    std_sex(sex) AS sex,
    nullif(trim(ethnicity), '') AS ethnicity,
    nullif(trim(nationality), '') AS nationality,
    nullif(trim(birth_place), '') AS birth_place,
    (birth_date IS NOT NULL)::INTEGER AS dates_given,
    coalesce(birth_fault(birth_date, birth_day, birth_part) = 'unreadable', FALSE)::INTEGER AS unreadable_dates,
    unmapped_codes,
    CASE
        WHEN overlong THEN 'overlong_value'
        WHEN source_record_id IS NULL THEN 'missing_key'
        WHEN row_number() OVER (PARTITION BY source_record_id ORDER BY landed_row) > 1 THEN 'duplicate_key'
    END AS problem
FROM parted
