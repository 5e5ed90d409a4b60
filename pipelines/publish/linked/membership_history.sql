-- One row per stay of a record in a subject, ended or not.
SELECT
    record_key,
    subject_id,
    since,
    until
FROM linkage.membership
