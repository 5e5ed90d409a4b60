-- The records that an edge tells of.
SELECT record_l AS record_key FROM linkage.edge
UNION ALL
SELECT record_r FROM linkage.edge
