-- Every record, with a hash of all that its edges follow from: what it says, and whose copy or namesake it is.
SELECT
    hashed.record_key,
    CASE
        WHEN copy.original IS NULL THEN hashed.feature_hash
        ELSE printf('%016x', hash(hashed.feature_hash, copy.original, copy.whole))
    END AS feature_hash
FROM score_hashed AS hashed
LEFT JOIN score_copy AS copy USING (record_key)
