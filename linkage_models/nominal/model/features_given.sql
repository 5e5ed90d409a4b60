-- The parts of a nominal record that features are made of, without NULLs, and no more of a kind than are compared.
SELECT
    record_key,
    source_system,
    feature_hash,
    sex,
    names,
    list_filter(nominal_compared(birth_dates), lambda d: d IS NOT NULL) AS birth_dates,
    nominal_compared(identifiers) AS identifiers,
    list_transform(
        nominal_compared(addresses),
        lambda a: struct_pack(
            postcode := a.postcode,
            address := CASE WHEN NOT nominal_is_no_address(a.address) THEN a.address END
        )
    ) AS addresses,
    nominal_compared(contact_points) AS contact_points,
    nominal_set(nominal_compared(sentence_dates)) AS sentence_dates,
    nullif(array_to_string(nominal_address_words(birth_place), ' '), '') AS birth_place
FROM feature_source
