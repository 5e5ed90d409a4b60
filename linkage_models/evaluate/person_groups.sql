-- Each person's group in each dimension, from all nominal records of the person.
-- Ethnicity is what quality is measured by here; it is evidence nowhere.
WITH person AS (
    SELECT
        record.person,
        mode(nominal.sex) AS sex,
        date_sub('year', mode(nominal.birth_dates[1]), $today) AS age,
        mode(nominal.birth_dates[1]) IS NULL AS no_birth_date,
        mode(nominal.ethnicity) AS ethnicity,
        bool_or(nominal.names[1].forename IS NULL OR nominal.names[1].surname IS NULL) AS has_one_word,
        bool_or(regexp_matches(
            upper(nominal.names[1].as_given), '\b(ABU|BIN|BINT|IBN|AL|EL|UD|DE|DA|DOS|VAN|VON)\b'
        )) AS has_particle,
        bool_or(list_has_any(
            string_split(nominal.names[1].surname, ' '),
            ['SINGH', 'KAUR', 'BEGUM', 'BIBI', 'KHATUN', 'KHAN', 'HUSSAIN', 'ALI']
        )) AS has_shared_surname,
        bool_or(regexp_matches(nominal.names[1].as_given, '-') OR nominal.names[1].surname LIKE '% %') AS has_surnames,
        len(list_distinct(flatten(list(
            list_transform(list_filter(nominal.identifiers, lambda i: i.valid), lambda i: i.kind)
        )))) AS kinds
    FROM evaluate_record AS record
    INNER JOIN evaluate_nominal AS nominal USING (record_key)
    GROUP BY record.person
)

SELECT person, 'sex' AS dimension, coalesce(sex, 'not recorded') AS grp
FROM person
UNION ALL
SELECT person, 'age band' AS dimension, CASE
    WHEN no_birth_date THEN 'not recorded'
    WHEN age < 18 THEN 'under 18'
    WHEN age < 25 THEN '18 to 24'
    WHEN age < 35 THEN '25 to 34'
    WHEN age < 50 THEN '35 to 49' ELSE '50 and over' END AS grp
FROM person
UNION ALL
SELECT person, 'ethnicity' AS dimension, CASE
    WHEN ethnicity IS NULL THEN 'not recorded'
    WHEN ethnicity IN ('IC1', 'IC2') OR ethnicity[1] = 'W' THEN 'White'
    WHEN ethnicity = 'IC3' OR ethnicity[1] = 'B' THEN 'Black'
    WHEN ethnicity = 'IC4' OR ethnicity[1] = 'A' THEN 'Asian'
    WHEN ethnicity[1] = 'M' THEN 'Mixed' ELSE 'Chinese or other' END AS grp
FROM person
UNION ALL
SELECT person, 'name structure' AS dimension, CASE
    WHEN has_one_word THEN 'one word on some record'
    WHEN has_particle THEN 'particle or patronymic'
    WHEN has_shared_surname THEN 'shared surname'
    WHEN has_surnames THEN 'several surnames' ELSE 'plain' END AS grp
FROM person
UNION ALL
SELECT person, 'identifier kinds' AS dimension, CASE kinds
    WHEN 0 THEN 'none' WHEN 1 THEN 'one kind' ELSE 'several kinds' END AS grp
FROM person
