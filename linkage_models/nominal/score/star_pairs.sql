-- Each copy and namesake with its original, where either has changed; an original has the smaller key.
SELECT original AS record_l, record_key AS record_r
FROM score_copy
WHERE
    record_key IN (SELECT record_key FROM score_changed)
    OR original IN (SELECT record_key FROM score_changed)
