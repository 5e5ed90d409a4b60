-- One row per subject and configured source system, also where the system holds nothing.
WITH held AS (
    SELECT subject_id, source_system, count(*) AS record_count
    FROM publish_member
    GROUP BY subject_id, source_system
),

known AS (
    SELECT subject_id, source_system, list_sort(list(DISTINCT kind)) AS kinds, count(*) AS item_count
    FROM publish_item
    GROUP BY subject_id, source_system
)

SELECT
    subject.subject_id,
    system.source_system,
    system.service,
    coalesce(held.record_count, 0) AS record_count,
    coalesce(known.kinds, []) AS kinds,
    coalesce(known.item_count, 0) AS item_count
FROM (SELECT DISTINCT subject_id FROM publish_member) AS subject
CROSS JOIN publish_system AS system
LEFT JOIN held
    ON subject.subject_id = held.subject_id AND system.source_system = held.source_system
LEFT JOIN known
    ON subject.subject_id = known.subject_id AND system.source_system = known.source_system
