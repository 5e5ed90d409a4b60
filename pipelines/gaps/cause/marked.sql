-- The marking of each gap. What is derived is marked as high as the highest of what it rests on, and a marking that is
-- missing or unknown means deny (domain facts, section 6), so one of these leaves the whole without a marking.
WITH record_used AS (
    SELECT gap_id, unnest(records) AS record_key FROM found
    UNION ALL
    SELECT gap_id, record_key FROM nearest
),

item_used AS (
    SELECT gap_id, unnest(items) AS item_key FROM found
    UNION ALL
    SELECT gap_id, unnest(items) AS item_key FROM nearest
),

used AS (
    SELECT record_used.gap_id, system.record_marking AS marking
    FROM record_used
    INNER JOIN member USING (record_key)
    INNER JOIN system USING (source_system)
    UNION ALL
    SELECT item_used.gap_id, item.marking
    FROM item_used
    INNER JOIN nominal.information_item AS item USING (item_key)
),

ranked AS (
    SELECT gap_id, coalesce(list_position($markings, marking), 0) AS rank FROM used
)

SELECT gap_id, CASE WHEN min(rank) > 0 THEN $markings[max(rank)] END AS marking
FROM ranked
GROUP BY gap_id
