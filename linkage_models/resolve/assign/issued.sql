-- The next ids for the clusters without one, in the order of their keys, counted on from the highest ever issued.
WITH issued AS (
    SELECT subject_id FROM resolve_membership
    UNION ALL
    SELECT unnest(old_subject_ids || new_subject_ids) AS subject_id FROM resolve_event
),

highest AS (
    SELECT coalesce(max(resolve_number(subject_id)), 0) AS number
    FROM issued
),

cluster AS (
    SELECT DISTINCT cluster
    FROM resolve_partition
    ANTI JOIN resolve_subject USING (cluster)
),

numbered AS (
    SELECT cluster.cluster, highest.number + row_number() OVER (ORDER BY cluster.cluster) AS number
    FROM cluster
    CROSS JOIN highest
)

SELECT cluster, resolve_subject_id(number) AS subject_id
FROM numbered
