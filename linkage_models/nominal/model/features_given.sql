-- The parts of a nominal record that features are made of, without NULLs, and no more of a kind than are compared.
SELECT
    record_key,
    source_system,
    feature_hash,
    sex,
    nominal_of_one(names, names) AS names,
    -- Years of four digits, so that two dates are texts of one length.
    list_filter(
        nominal_compared(nominal_of_one(birth_dates, names)),
        lambda d: d BETWEEN DATE '1000-01-01' AND DATE '9999-12-31'
    ) AS birth_dates,
    nominal_compared(partial_birth_dates) AS partial_birth_dates,
    nominal_compared(identifiers) AS identifiers,
    list_transform(
        nominal_compared(addresses),
        lambda a: struct_pack(
            postcode := a.postcode,
            address := CASE
                WHEN NOT nominal_is_no_address(a.address) AND NOT starts_with(a.address, chr(1)) THEN a.address
            END
        )
    ) AS addresses,
    -- Those that many share, marked by `common_values`: two digits of rarity, then the text as one word.
    nominal_set(list_transform(
        list_filter(
            nominal_compared(addresses),
            lambda a: starts_with(a.address, chr(1)) AND NOT nominal_is_no_address(a.address[4:])
        ),
        lambda a: a.address[2:3] || nominal_plain(a.address[4:], '')
    )) AS common_addresses,
    nominal_compared(contact_points) AS contact_points,
    nominal_set(nominal_compared(sentence_dates)) AS sentence_dates,
    nullif(array_to_string(nominal_address_words(birth_place), ' '), '') AS birth_place
FROM feature_source
