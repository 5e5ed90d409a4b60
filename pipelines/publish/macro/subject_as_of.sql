-- Which records were held to be which subject at the instant `ts`.
SELECT
    h.subject_id,
    h.record_key,
    split_part(h.record_key, ':', 1) AS source_system,
    substr(h.record_key, strpos(h.record_key, ':') + 1) AS source_record_id,
    h.since
FROM linked.membership_history AS h
WHERE h.since <= ts::TIMESTAMP AND (h.until IS NULL OR h.until > ts::TIMESTAMP)
ORDER BY h.subject_id, h.record_key
