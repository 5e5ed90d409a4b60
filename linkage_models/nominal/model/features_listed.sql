-- The features that every model has; lists are sorted, without repeats, and never NULL.
SELECT
    * EXCLUDE (names, birth_dates, partial_birth_dates, addresses, contact_points),
    nominal_set(names[1].forename_forms) AS forename_forms,
    nominal_set(names[1].surname_forms) AS surname_forms,
    nominal_set(names[1].middles) AS middles,
    nominal_set(list_transform(names, lambda n: n.forename_v)) AS forenames,
    nominal_whole_words(flatten(list_transform(names, lambda n: n.given_v))) AS given_names,
    nominal_whole_words(flatten(list_transform(names, lambda n: n.surname_forms))) AS surnames,
    nominal_set(list_transform(names, lambda n: n.forename_v || ' ' || n.surname_v)) AS full_names,
    nominal_set(flatten(list_transform(names, lambda n: nominal_unordered(n.forename_forms, n.surname_v))))
        AS unordered_names,
    birth_dates[1] AS dob,
    nominal_set(birth_dates) AS dobs,
    strftime(birth_dates[1], '%Y%m%d') AS dob_text,
    nominal_swapped(birth_dates[1]) AS dob_swapped,
    (birth_dates[1] - DATE '1970-01-01')::INTEGER AS dob_days,
    coalesce(year(birth_dates[1]), left(partial_birth_dates[1], 4)::INTEGER)::SMALLINT AS dob_year,
    coalesce(month(birth_dates[1]), nullif(substr(partial_birth_dates[1], 6), '')::INTEGER)::SMALLINT AS dob_month,
    (month(birth_dates[1]) * 100 + day(birth_dates[1]))::SMALLINT AS dob_month_day,
    nominal_set(list_concat(
        list_transform(birth_dates, lambda d: year(d)),
        list_transform(partial_birth_dates, lambda p: left(p, 4)::INTEGER)
    )) AS dob_years,
    nominal_set(list_filter(list_transform(addresses, lambda a: a.postcode), lambda p: NOT starts_with(p, chr(1))))
        AS postcodes,
    nominal_set(list_filter(list_transform(addresses, lambda a: a.postcode), lambda p: nominal_is_unit(p)))
        AS unit_postcodes,
    nominal_set(list_transform(addresses, lambda a: nominal_outcode(ltrim(a.postcode, chr(1))))) AS outcodes,
    nominal_set(flatten(list_transform(
        list_filter(addresses, lambda a: a.address IS NOT NULL), lambda a: nominal_address_words(a.address)
    ))) AS address_words,
    nominal_set(list_concat(
        list_transform(addresses, lambda a: nominal_first_line(a.address)),
        list_transform(common_addresses, lambda word: word[3:])
    )) AS address_lines,
    nominal_compared(nominal_set(flatten(list_transform(addresses, lambda a: nominal_address_parts(a.address)))))
        AS address_parts,
    nominal_set(list_transform(addresses, lambda a: nominal_house_number(a.address))) AS house_numbers,
    nominal_set(list_transform(contact_points, lambda c: c.kind || ':' || c.value)) AS contacts,
    list_filter(contact_points, lambda c: c.kind = 'email')[1].value AS email,
    split_part(list_filter(contact_points, lambda c: c.kind = 'email')[1].value, '@', 1) AS email_name,
    list_filter(contact_points, lambda c: c.kind = 'phone')[1].value AS phone
FROM feature_main
