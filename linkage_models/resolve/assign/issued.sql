-- Ids for the clusters without one, and for the records that are to have one in store: what is in store already, else
-- the next ids in the order of the keys, counted on from the highest ever issued.
WITH issued AS (
    SELECT subject_id FROM resolve_membership
    UNION ALL
    SELECT unnest(old_subject_ids || new_subject_ids) AS subject_id FROM resolve_event
    UNION ALL
    SELECT subject_id FROM resolve_elsewhere
    UNION ALL
    SELECT subject_id FROM resolve_reserved
),

highest AS (
    SELECT coalesce(max(resolve_number(subject_id)), 0) AS number
    FROM issued
),

wanting AS (
    SELECT cluster FROM resolve_partition ANTI JOIN resolve_subject USING (cluster)
    UNION
    SELECT record_key AS cluster FROM resolve_reserved WHERE subject_id IS NULL
),

held AS (
    SELECT record_key, subject_id FROM resolve_reserved WHERE subject_id IS NOT NULL
),

numbered AS (
    SELECT wanting.cluster, highest.number + row_number() OVER (ORDER BY wanting.cluster) AS number
    FROM wanting
    ANTI JOIN held ON wanting.cluster = held.record_key
    CROSS JOIN highest
)

SELECT cluster, resolve_subject_id(number) AS subject_id FROM numbered
UNION ALL
SELECT wanting.cluster, held.subject_id
FROM wanting
INNER JOIN held ON wanting.cluster = held.record_key
