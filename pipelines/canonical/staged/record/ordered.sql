-- What the items say of each record, in an order that is always the same.
SELECT
    record_key,
    -- `list(... ORDER BY ...)` sorts each group by itself, five times slower over many small groups than this.
    list_sort(list_transform(aliases, lambda name: struct_pack(
        rank := (name.surname, name.forename, name.middle_names, name.as_given), item := name
    ))) AS aliases,
    list_sort(birth_dates) AS birth_dates,
    list_sort(partial_birth_dates) AS partial_birth_dates,
    list_sort(identifiers) AS identifiers,
    -- The latest first.
    list_sort(list_transform(addresses, lambda held: struct_pack(
        rank := (DATE '9999-12-31' - held.from_date, held.postcode, held.address, held.to_date), item := held
    ))) AS addresses,
    list_sort(contact_points) AS contact_points,
    list_sort(sentence_dates) AS sentence_dates
FROM told
