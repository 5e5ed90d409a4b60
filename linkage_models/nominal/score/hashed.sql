-- Every record with the hash of all that is compared, and of the name and date of birth that it has first.
SELECT
    record_key,
    source_system,
    feature_hash,
    if(
        coalesce(names[1].surname, names[1].forename) IS NOT NULL AND birth_dates[1] IS NOT NULL,
        hash(names[1].forename, names[1].surname, birth_dates[1]),
        NULL
    ) AS named
FROM score_record
