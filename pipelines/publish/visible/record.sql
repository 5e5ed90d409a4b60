-- Those records, whole, without what is withheld.
SELECT
    m.record_key,
    m.subject_id,
    m.since,
    m.strict_subject_id,
    m.wide_subject_id,
    r.source_system,
    r.source_record_id,
    r.sex,
    CASE WHEN w.record_key IS NULL THEN r.names ELSE list_filter(
        r.names, lambda n: n.kind = 'primary' OR NOT list_contains(w.names, n.as_given)
    ) END AS names,
    CASE WHEN w.record_key IS NULL OR NOT w.hides_birth_dates THEN r.birth_dates ELSE list_filter(
        r.birth_dates, lambda d: list_contains(w.birth_dates, d)
    ) END AS birth_dates,
    CASE WHEN w.record_key IS NULL THEN r.identifiers ELSE list_filter(
        r.identifiers, lambda i: NOT list_contains(w.identifiers, {'kind': i.kind, 'value': i.value})
    ) END AS identifiers,
    CASE WHEN w.record_key IS NULL THEN r.addresses ELSE list_filter(
        r.addresses, lambda a: NOT list_contains(w.addresses, {'address': a.address, 'postcode': a.postcode})
    ) END AS addresses
FROM publish_member AS m
INNER JOIN nominal.record AS r USING (record_key)
LEFT JOIN publish_withheld AS w USING (record_key)
