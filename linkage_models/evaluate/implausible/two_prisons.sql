-- in two prisons at once
WITH custody AS (
    SELECT item.subject_id, item.code, item.from_date, coalesce(item.to_date, day.today) AS until
    FROM evaluate_item AS item
    CROSS JOIN evaluate_day AS day
    WHERE item.kind = 'custody' AND item.from_date IS NOT NULL
)

SELECT DISTINCT a.subject_id
FROM custody AS a
INNER JOIN custody AS b ON a.subject_id = b.subject_id AND a.code < b.code
WHERE greatest(a.from_date, b.from_date) + 1 < least(a.until, b.until)
