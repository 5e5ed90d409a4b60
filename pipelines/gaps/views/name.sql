-- Names of risk subjects and those near them. An alias that came as an item of its own keeps that item's key, for its
-- marking; of several, the lowest marked.
WITH held AS (
    SELECT subject_id, record_key, record.source_system, unnest(names) AS name
    FROM nominal.record
    INNER JOIN risk_member USING (record_key)
),

given AS (
    SELECT record_key, value, arg_min(item_key, (marking_rank(marking), item_key)) AS item_key
    FROM nominal.information_item
    SEMI JOIN risk_member USING (record_key)
    WHERE kind = 'name'
    GROUP BY ALL
)

SELECT
    subject_id, held.record_key, source_system, name.kind, name.forename, name.surname,
    CASE WHEN name.kind = 'alias' THEN given.item_key END AS item_key
FROM held
LEFT JOIN given ON held.record_key = given.record_key AND given.value = name.as_given
WHERE name.forename IS NOT NULL OR name.surname IS NOT NULL
