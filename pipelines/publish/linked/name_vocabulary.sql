-- One row per distinct token, so that close spellings are sought among tokens and not among names.
SELECT token, count(DISTINCT subject_id) AS subject_count
FROM snapshot.linked.name_token
GROUP BY token
