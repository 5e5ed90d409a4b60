-- The items that are new or changed.
INSERT INTO nominal.information_item BY NAME
SELECT item.*, item_change.first_load_id, $load_id AS load_id
FROM item_row AS item
INNER JOIN item_change USING (item_key)
WHERE item_change.present
ORDER BY item_key
