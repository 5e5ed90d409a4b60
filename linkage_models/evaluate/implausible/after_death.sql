-- recorded after death
WITH death AS (
    SELECT subject_id, coalesce(item_date, from_date) AS died
    FROM evaluate_item
    WHERE kind = 'death'
)

SELECT DISTINCT item.subject_id
FROM evaluate_item AS item
INNER JOIN death USING (subject_id)
WHERE coalesce(item.from_date, item.item_date) > death.died
