-- The claims of clusters on ids that are best for both sides.
WITH ranked AS (
    SELECT
        cluster,
        subject_id,
        row_number() OVER (PARTITION BY cluster ORDER BY shared DESC, number ASC) AS rank_for_cluster,
        row_number() OVER (PARTITION BY subject_id ORDER BY shared DESC, cluster ASC) AS rank_for_subject
    FROM resolve_claim
)

SELECT cluster, subject_id
FROM ranked
WHERE rank_for_cluster = 1 AND rank_for_subject = 1
