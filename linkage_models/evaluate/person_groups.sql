-- Each person's group in each dimension, from all nominal records of the person.
-- Ethnicity is used here to measure quality; it is never evidence.
WITH person AS (
    SELECT
        record.person,
        mode(held.sex) AS sex,
        mode(held.birth_dates[1]) AS birth_date,
        date_sub('year', birth_date, $today) AS age,
        mode(held.ethnicity) AS ethnicity,
        bool_or(held.names[1].forename IS NULL OR held.names[1].surname IS NULL) AS has_one_word,
        bool_or(
            regexp_matches(upper(held.names[1].as_given), '\b(ABU|BIN|BINT|IBN|AL|EL|UD|DE|DA|DOS|VAN|VON)\b')
        ) AS has_particle,
        bool_or(
            list_has_any(
                string_split(held.names[1].surname, ' '),
                ['SINGH', 'KAUR', 'BEGUM', 'BIBI', 'KHATUN', 'KHAN', 'HUSSAIN', 'ALI']
            )
        ) AS has_shared_surname,
        bool_or(held.names[1].as_given LIKE '%-%' OR held.names[1].surname LIKE '% %') AS has_surnames,
        flatten(list(list_transform(list_filter(held.identifiers, lambda i: i.valid), lambda i: i.kind))) AS kinds
    FROM evaluate_record AS record
    INNER JOIN evaluate_nominal AS held USING (record_key)
    GROUP BY record.person
),

grouped AS (
    SELECT
        person,
        coalesce(sex, 'not recorded') AS sex,
        CASE
            WHEN birth_date IS NULL THEN 'not recorded'
            WHEN age < 18 THEN 'under 18'
            WHEN age < 25 THEN '18 to 24'
            WHEN age < 35 THEN '25 to 34'
            WHEN age < 50 THEN '35 to 49'
            ELSE '50 and over'
        END AS age_band,
        CASE
            WHEN ethnicity IS NULL THEN 'not recorded'
            WHEN ethnicity IN ('IC1', 'IC2') OR ethnicity[1] = 'W' THEN 'White'
            WHEN ethnicity = 'IC3' OR ethnicity[1] = 'B' THEN 'Black'
            WHEN ethnicity = 'IC4' OR ethnicity[1] = 'A' THEN 'Asian'
            WHEN ethnicity[1] = 'M' THEN 'Mixed'
            ELSE 'Chinese or other'
        END AS ethnicity,
        CASE
            WHEN has_one_word THEN 'one word on some record'
            WHEN has_particle THEN 'particle or patronymic'
            WHEN has_shared_surname THEN 'shared surname'
            WHEN has_surnames THEN 'several surnames'
            ELSE 'plain'
        END AS name_structure,
        CASE list_unique(kinds) WHEN 0 THEN 'none' WHEN 1 THEN 'one kind' ELSE 'several kinds' END AS identifier_kinds
    FROM person
)

SELECT person, replace(dimension, '_', ' ') AS dimension, grp
FROM grouped
UNPIVOT (grp FOR dimension IN (sex, age_band, ethnicity, name_structure, identifier_kinds))
