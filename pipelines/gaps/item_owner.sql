-- A gap rests on the records that its items belong to as well.
UPDATE found
SET records = list_sort(list_distinct(list_concat(found.records, item_owner.record_keys)))
FROM (
    SELECT wanted.gap_id, list(item.record_key) AS record_keys
    FROM (SELECT gap_id, unnest(items) AS item_key FROM found) AS wanted
    INNER JOIN nominal.information_item AS item USING (item_key)
    GROUP BY wanted.gap_id
) AS item_owner
WHERE found.gap_id = item_owner.gap_id
