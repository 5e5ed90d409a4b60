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
    SELECT
        partition.wide_cluster,
        arg_min(subject.subject_id, resolve_number(subject.subject_id)) AS wide_subject_id
    FROM resolve_partition AS partition
    INNER JOIN resolve_subject AS subject USING (cluster)
    GROUP BY partition.wide_cluster
)

SELECT
    partition.record_key,
    subject.subject_id,
    subject.subject_id || if(strict_part.parts > 1, '-' || strict_part.ordinal, '') AS strict_subject_id,
    wide_group.wide_subject_id
FROM resolve_partition AS partition
INNER JOIN resolve_subject AS subject USING (cluster)
INNER JOIN strict_part USING (cluster, strict_cluster)
INNER JOIN wide_group USING (wide_cluster)
