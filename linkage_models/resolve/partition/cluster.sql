-- The clusters of each present record, named by their smallest record keys.
SELECT
    node.record_key,
    link.record_key AS cluster,
    strict.record_key AS strict_cluster,
    wide.record_key AS wide_cluster
FROM resolve_label AS label
INNER JOIN resolve_node AS node USING (code)
INNER JOIN resolve_node AS link ON label.cluster = link.code
INNER JOIN resolve_node AS strict ON label.strict_cluster = strict.code
INNER JOIN resolve_node AS wide ON label.wide_cluster = wide.code
WHERE node.present
ORDER BY node.record_key
