-- One row per nominal record that is in a subject now.
SELECT
    subject_id,
    record_key,
    source_system,
    source_record_id,
    coalesce(strict_subject_id, subject_id) AS strict_subject_id,
    coalesce(wide_subject_id, subject_id) AS wide_subject_id,
    since AS linked_since,
    names[1].as_given AS name,
    birth_dates[1] AS birth_date
FROM publish_record
