-- What each item says, trimmed, and of which record.
WITH said AS (
    SELECT
        mapping, resource, kind, landed_row, part, listed,
        $system || ':' || nullif(trim(key), '') AS record_key,
        nullif(trim(id), '') AS source_item_id,
        nullif(trim(code), '') AS code,
        nullif(trim(value), '') AS value,
        forenames, middle_names, surname, postcode,
        nullif(trim(birth_date), '') AS birth_date_text,
        nullif(trim(item_date), '') AS item_date_text,
        nullif(trim(from_date), '') AS from_date_text,
        nullif(trim(to_date), '') AS to_date_text,
        active, detail,
        nullif(upper(trim(marking)), '') AS marking,
        nullif(trim(handling), '') AS handling,
        unmapped_codes
    FROM given_item
    -- An item that is read from a person's own row needs that row to be a person.
    WHERE NOT of_record OR landed_row IN (SELECT landed_row FROM person_row)
)

-- What is said of a record that was merged into another is said of that one.
SELECT said.* REPLACE (coalesce(merge.record_key, said.record_key) AS record_key)
FROM said
LEFT JOIN staged_merge AS merge ON said.record_key = merge.merged_key AND merge.problem IS NULL
