-- Each record's subject, its strict part of it, and the wide subject around it.
WITH strict_part AS (
    SELECT
        cluster,
        strict_cluster,
        row_number() OVER (PARTITION BY cluster ORDER BY count(*) DESC, strict_cluster) AS ordinal,
        count(*) OVER (PARTITION BY cluster) AS parts
    FROM resolve_partition
    GROUP BY cluster, strict_cluster
),

wide_group AS (
    SELECT wide_cluster, arg_min(subject_id, resolve_number(subject_id)) AS wide_subject_id
    FROM resolve_partition
    INNER JOIN resolve_subject USING (cluster)
    GROUP BY wide_cluster
)

SELECT
    record_key,
    subject_id,
    CASE WHEN parts = 1 THEN subject_id ELSE subject_id || '-' || ordinal END AS strict_subject_id,
    wide_subject_id
FROM resolve_partition
INNER JOIN resolve_subject USING (cluster)
INNER JOIN strict_part USING (cluster, strict_cluster)
INNER JOIN wide_group USING (wide_cluster)
