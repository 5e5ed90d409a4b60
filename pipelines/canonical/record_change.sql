-- One row per nominal record that is new, changed or gone, of those that were staged.
SELECT
    record_key,
    CASE
        WHEN held.record_key IS NULL THEN 'new'
        WHEN staged.record_key IS NULL THEN 'deleted'
        ELSE 'changed'
    END AS change
FROM staged_record AS staged
FULL JOIN held_record AS held USING (record_key)
WHERE staged.content_hash IS DISTINCT FROM held.content_hash
