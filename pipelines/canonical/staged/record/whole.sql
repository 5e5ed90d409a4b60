-- Each nominal record whole: what its own row says first, then what its items add.
SELECT
    person.record_key,
    $system AS source_system,
    person.source_record_id,
    list_concat(
        list_filter([person.name], lambda name: name IS NOT NULL),
        list_transform(ordered.aliases, lambda ranked: ranked.item)
    ) AS names,
    list_concat(
        list_filter([person.birth_date], lambda day: day IS NOT NULL),
        list_filter(ordered.birth_dates, lambda day: day IS DISTINCT FROM person.birth_date)
    ) AS birth_dates,
    person.sex, person.ethnicity, person.nationality, person.birth_place,
    coalesce(ordered.identifiers, []) AS identifiers,
    list_transform(coalesce(ordered.addresses, []), lambda ranked: ranked.item) AS addresses,
    coalesce(ordered.contact_points, []) AS contact_points,
    coalesce(ordered.sentence_dates, []) AS sentence_dates,
    person.landed_row,
    person.birth_date AS own_birth_date,
    list_concat(
        list_filter([person.partial_birth_date], lambda part: part IS NOT NULL),
        list_filter(ordered.partial_birth_dates, lambda part: part IS DISTINCT FROM person.partial_birth_date)
    ) AS partial_birth_dates,
    person.partial_birth_date AS own_partial_birth_date
FROM staged_person AS person
LEFT JOIN ordered ON person.record_key = ordered.record_key
WHERE person.problem IS NULL
