-- One row per candidate information item, with `problem` if it cannot be one.
SELECT
    item.mapping, item.resource, item.landed_row, item.part, item.record_key, item.kind, item.source_item_id,
    CASE item.kind
        WHEN 'identifier' THEN item.identifier.kind
        WHEN 'contact_point' THEN item.contact_point.kind
        WHEN 'address' THEN item.standard_postcode
        ELSE item.code
    END AS code,
    CASE item.kind
        WHEN 'name' THEN item.name.as_given
        WHEN 'identifier' THEN item.identifier.value
        WHEN 'contact_point' THEN item.contact_point.value
        ELSE item.value
    END AS value,
    -- A date of birth that came with an alias is what that item says, and has its marking.
    CASE item.kind WHEN 'name' THEN coalesce(item.item_date, item.birth_date) ELSE item.item_date END AS item_date,
    item.from_date, item.to_date,
    coalesce(item.active, item.to_date IS NULL OR item.to_date > $as_of::DATE) AS active,
    CASE item.kind
        WHEN 'name' THEN to_json(item.name)
        WHEN 'identifier' THEN to_json(item.identifier)
        ELSE item.detail
    END AS told,
    -- A date of birth of which a part is known is no date, and so stands beside what else the item says.
    CASE
        WHEN item.partial_birth_date IS NULL THEN told
        ELSE json_merge_patch(coalesce(told, '{}'), json_object('birth_date', item.partial_birth_date))
    END AS detail,
    CASE WHEN list_contains($markings, item.marking) THEN item.marking END AS marking,
    item.handling, item.name, item.birth_date, item.identifier, item.contact_point,
    item.partial_birth_date, item.birth_fault, item.dates_given, item.unreadable_dates,
    item.unmapped_codes,
    CASE
        WHEN item.overlong THEN 'overlong_value'
        WHEN item.record_key IS NULL THEN 'missing_key'
        WHEN merge.problem IS NOT NULL THEN merge.problem
        WHEN person.record_key IS NULL THEN 'unknown_record'
        WHEN NOT item.listed THEN 'not_a_list'
        WHEN item.kind = 'birth_date' AND item.birth_fault = 'unreadable' THEN 'unreadable_date'
        WHEN item.kind = 'birth_date' AND item.birth_fault = 'implausible' THEN 'implausible_date'
        WHEN CASE item.kind
            WHEN 'name' THEN item.name IS NULL
            WHEN 'identifier' THEN item.identifier IS NULL
            WHEN 'contact_point' THEN item.contact_point IS NULL
            WHEN 'address' THEN item.value IS NULL AND item.standard_postcode IS NULL
            WHEN 'birth_date' THEN coalesce(item.birth_date::VARCHAR, item.partial_birth_date) IS NULL
            WHEN 'release_date' THEN item.item_date IS NULL
            WHEN 'merge' THEN item.value IS NULL
            ELSE coalesce(item.code, item.value) IS NULL AND coalesce(item.item_date, item.from_date) IS NULL
        END THEN 'no_value'
        WHEN CASE item.kind
            WHEN 'identifier' THEN list_contains($identifier_kinds, item.identifier.kind)
            WHEN 'contact_point' THEN list_contains($contact_kinds, upper(item.contact_point.kind))
            ELSE TRUE
        END IS NOT TRUE THEN 'unknown_kind'
    END AS problem
FROM read_item AS item
LEFT JOIN staged_person AS person ON item.record_key = person.record_key AND person.problem IS NULL
LEFT JOIN staged_merge AS merge ON item.kind = 'merge' AND merge.merged_key = $system || ':' || item.value
