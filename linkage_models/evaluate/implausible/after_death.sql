-- recorded after death
SELECT DISTINCT item.subject_id
FROM evaluate_item AS item
INNER JOIN evaluate_item AS death USING (subject_id)
WHERE (death.kind = 'death' OR death.code IN ('DEAD', 'DECEASED'))
    AND coalesce(item.from_date, item.item_date) > coalesce(death.item_date, death.from_date)
