-- These records, of source systems that are shown, without it. What a record's own row says stays: its primary name
-- and its own date of birth.
SELECT
    * EXCLUDE (
        hides_birth_dates, hidden_names, seen_birth_dates, seen_partial_birth_dates, hidden_identifiers,
        hidden_addresses, hidden_contact_points, hidden_sentence_dates
    ) REPLACE (
        list_filter(names, lambda n: n.kind = 'primary' OR NOT list_contains(hidden_names, n.as_given)) AS names,
        list_filter(
            birth_dates,
            lambda d: NOT hides_birth_dates OR (d = own_birth_date) IS TRUE OR list_contains(seen_birth_dates, d)
        ) AS birth_dates,
        list_filter(
            partial_birth_dates,
            lambda d: NOT hides_birth_dates
            OR (d = own_partial_birth_date) IS TRUE
            OR list_contains(seen_partial_birth_dates, d)
        ) AS partial_birth_dates,
        list_filter(
            identifiers, lambda i: NOT list_contains(hidden_identifiers, {'kind': i.kind, 'value': i.value})
        ) AS identifiers,
        list_filter(
            addresses, lambda a: NOT list_contains(hidden_addresses, {'address': a.address, 'postcode': a.postcode})
        ) AS addresses,
        list_filter(
            contact_points, lambda c: NOT list_contains(hidden_contact_points, {'kind': c.kind, 'value': c.value})
        ) AS contact_points,
        list_filter(sentence_dates, lambda d: NOT list_contains(hidden_sentence_dates, d)) AS sentence_dates
    )
FROM everything_nominal.record
INNER JOIN hidden USING (record_key)
WHERE sight.shows(source_system)
