-- Dates of birth of risk subjects and those near them. One that the record's own row does not give keeps the key of the
-- item that does, for its marking; of several, the lowest marked.
WITH held AS (
    SELECT subject_id, record_key, record.source_system, own_birth_date, unnest(birth_dates) AS birth_date
    FROM nominal.record
    INNER JOIN risk_member USING (record_key)
),

given AS (
    SELECT record_key, item_date AS birth_date, arg_min(item_key, (marking_rank(marking), item_key)) AS item_key
    FROM nominal.information_item
    SEMI JOIN risk_member USING (record_key)
    WHERE kind IN ('name', 'birth_date')
    GROUP BY ALL
)

SELECT
    subject_id, held.record_key, source_system, held.birth_date,
    CASE WHEN (held.birth_date = held.own_birth_date) IS NOT TRUE THEN given.item_key END AS item_key
FROM held
LEFT JOIN given ON held.record_key = given.record_key AND held.birth_date = given.birth_date
