-- How many of the nominal records in `profiled` have each field, and each kind of identifier.
WITH had AS (
    SELECT
        count(*) FILTER (len(names) > 0) AS names,
        count(*) FILTER (len(birth_dates) > 0) AS birth_dates,
        count(sex) AS sex,
        count(ethnicity) AS ethnicity,
        count(nationality) AS nationality,
        count(birth_place) AS birth_place,
        count(*) FILTER (len(addresses) > 0) AS addresses,
        count(*) FILTER (list_count(list_transform(addresses, lambda held: held.postcode)) > 0) AS postcodes,
        count(*) FILTER (len(contact_points) > 0) AS contact_points,
        count(*) FILTER (len(sentence_dates) > 0) AS sentence_dates
    FROM profiled
),

identified AS (
    SELECT DISTINCT record_key, unnest(identifiers).kind AS kind FROM profiled
)

SELECT name, rows FROM (UNPIVOT had ON COLUMNS(*) INTO NAME name VALUE rows)
UNION ALL
(SELECT 'identifier ' || kind AS name, count(*) AS rows FROM identified GROUP BY kind ORDER BY kind)
