-- The marking of each gap. What is derived is marked as high as the highest of what it rests on, and a marking that is
-- missing or unknown means deny (domain facts, section 6), as does a record or item that is no longer there: one of
-- these leaves the whole without a marking.
WITH record_used AS (
    SELECT gap_id, unnest(list_filter(records || [near_miss_record], lambda key: key IS NOT NULL)) AS record_key
    FROM resting
),

item_used AS (
    SELECT gap_id, unnest(items) AS item_key FROM resting
),

used AS (
    SELECT record_used.gap_id, system.record_marking AS marking
    FROM record_used
    LEFT JOIN member ON record_used.record_key = member.record_key
    LEFT JOIN system ON member.source_system = system.source_system
    UNION ALL
    SELECT item_used.gap_id, item.marking
    FROM item_used
    LEFT JOIN nominal.information_item AS item USING (item_key)
),

ranked AS (
    SELECT gap_id, max(marking_rank(marking)) AS rank
    FROM used
    GROUP BY gap_id
)

SELECT gap_id, $markings[rank] AS marking
FROM ranked
