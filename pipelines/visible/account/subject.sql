-- The subjects of these, each with the cluster that goes on with its id. Where the audience sees several people in one,
-- hidden data joined them: `divided`.
SELECT
    audience,
    subject_id,
    cluster,
    count(*) OVER (PARTITION BY audience, subject_id) > 1 AS divided
FROM account_entering
GROUP BY audience, subject_id, cluster
QUALIFY row_number() OVER (PARTITION BY audience, subject_id ORDER BY count(*) DESC, cluster) = 1
