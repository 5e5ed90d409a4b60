-- Every record with the hash of all that is compared, and of the name and date of birth that it has first.
SELECT
    record_key,
    source_system,
    feature_hash,
    CASE
        WHEN coalesce(names[1].surname, names[1].forename) IS NOT NULL AND birth_dates[1] IS NOT NULL
        THEN hash(names[1].forename, names[1].surname, birth_dates[1])
    END AS named
FROM score_record
