-- One row per subject. Lists are sorted after they are gathered: `list(... ORDER BY ...)` of many small groups takes
-- six times as long.
SELECT
    held.subject_id,
    display.display_name,
    birth.birth_date,
    held.sex,
    coalesce(named.names, []) AS names,
    coalesce(born.birth_dates, []) AS birth_dates,
    coalesce(identified.identifiers, []) AS identifiers,
    coalesce(housed.addresses, []) AS addresses,
    held.source_systems,
    held.services,
    held.record_count,
    weakest.match_weight AS weakest_link_weight,
    coalesce(flagged.review_flags, []) AS review_flags,
    coalesce(parted.partial_birth_dates, []) AS partial_birth_dates
FROM held
LEFT JOIN display USING (subject_id)
LEFT JOIN birth USING (subject_id)
LEFT JOIN named USING (subject_id)
LEFT JOIN born USING (subject_id)
LEFT JOIN born_in_part AS parted USING (subject_id)
LEFT JOIN identified USING (subject_id)
LEFT JOIN housed USING (subject_id)
LEFT JOIN publish_weakest_link AS weakest USING (subject_id)
LEFT JOIN flagged USING (subject_id)
