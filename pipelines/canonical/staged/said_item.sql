-- What each item says, trimmed, and of which record.
WITH measured AS (
    -- What is compared is bound; free text, which is not, may be of any length.
    SELECT
        *,
        CASE
            WHEN kind IN ('identifier', 'contact_point', 'merge') THEN $longest
            WHEN kind = 'address' THEN $longest_address
        END AS longest_value
    FROM given_item
    -- An item that is read from a person's own row needs that row to be a person.
    WHERE NOT of_record OR landed_row IN (SELECT landed_row FROM person_row)
),

said AS (
    SELECT
        mapping, resource, kind, landed_row, part, listed,
        $system || ':' || nullif(trim(bounded(key)), '') AS record_key,
        nullif(trim(id), '') AS source_item_id,
        nullif(trim(CASE WHEN longest_value IS NULL THEN code ELSE bounded(code) END), '') AS code,
        CASE WHEN length(value) <= coalesce(longest_value, length(value)) THEN nullif(trim(value), '') END AS value,
        bounded(forenames) AS forenames,
        bounded(middle_names) AS middle_names,
        bounded(surname) AS surname,
        bounded(postcode) AS postcode,
        nullif(trim(bounded(birth_date)), '') AS birth_date_text,
        nullif(trim(bounded(item_date)), '') AS item_date_text,
        nullif(trim(bounded(from_date)), '') AS from_date_text,
        nullif(trim(bounded(to_date)), '') AS to_date_text,
        active, detail,
        nullif(upper(trim(marking)), '') AS marking,
        nullif(trim(handling), '') AS handling,
        unmapped_codes,
        coalesce(greatest(
            length(key), length(forenames), length(middle_names), length(surname), length(postcode), length(birth_date),
            length(item_date), length(from_date), length(to_date), if(longest_value IS NULL, 0, length(code))
        ) > $longest OR length(value) > longest_value, FALSE) AS overlong
    FROM measured
)

-- What is said of a record that was merged into another is said of that one.
SELECT said.* REPLACE (coalesce(merge.record_key, said.record_key) AS record_key)
FROM said
LEFT JOIN staged_merge AS merge ON said.record_key = merge.merged_key AND merge.problem IS NULL
