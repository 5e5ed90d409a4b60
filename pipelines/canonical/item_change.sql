-- One row per information item that is new, changed or gone, of those that were staged.
SELECT
    item_key,
    staged.item_key IS NOT NULL AS present,
    coalesce(held.first_load_id, $load_id) AS first_load_id
FROM item_row AS staged
FULL JOIN held_item AS held USING (item_key)
WHERE staged.content_hash IS DISTINCT FROM held.content_hash
