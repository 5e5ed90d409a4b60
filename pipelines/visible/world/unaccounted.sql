-- Records that are hidden, or seen less of, without the account having been made so.
SELECT count(*)
FROM visible.sight.as_seen AS wanted
LEFT JOIN visible.everything_audience.record AS held USING (record_key)
WHERE held.record_key IS NULL OR held.as_seen IS DISTINCT FROM wanted.as_seen
