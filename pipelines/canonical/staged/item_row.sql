-- The rows of `nominal.information_item`: the staged items with a key of their own each, that stays from load to load.
WITH content AS (
    SELECT
        *,
        concat_ws('|', record_key, kind, resource, source_item_id) AS named,
        item_hash(
            record_key, kind, code, value, item_date, from_date, to_date, active, detail, marking, handling, $originator
        ) AS content_hash
    FROM staged_item
    WHERE problem IS NULL
),

keyed AS (
    -- Without an id of its own an item is named by what it says.
    SELECT *, CASE WHEN source_item_id IS NULL THEN named || '|' || content_hash ELSE named END AS full_name
    FROM content
),

numbered AS (
    -- Two items alike in everything are two items: the ordinal tells them apart.
    SELECT *, row_number() OVER (PARTITION BY full_name ORDER BY mapping, landed_row, part) AS ordinal
    FROM keyed
)

SELECT
    md5(full_name || '|' || ordinal) AS item_key, record_key, $system AS source_system, kind, code, value, item_date,
    from_date, to_date, active, detail, marking, handling, $originator AS originator, content_hash, resource, landed_row
FROM numbered
