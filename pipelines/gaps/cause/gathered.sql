-- Each gap with everything that its cause, sentence and dates depend on.
SELECT
    found.*,
    rule.severity,
    rule.owner_role,
    marked.marking,
    to_json({
        'records': list_sort(resting.records), 'items': list_sort(resting.items), 'near_miss': resting.near_miss_record
    }) AS rests_on,
    coalesce(finding.first_seen, $as_of) AS first_seen,
    CASE WHEN finding.status = 'open' THEN finding.last_seen ELSE $as_of END AS last_seen,
    coalesce(found.trigger_date, finding.first_seen::DATE, $as_of::DATE) + rule.sla_days AS due_date,
    nearest.record_key AS near_miss_record,
    nearest.match_probability AS near_probability,
    nearest.title AS near_title,
    nearest.source_record_id AS near_source_record_id,
    coalesce(searched.record_keys, []) AS searched,
    coalesce(expected.last_delivery, searched.last_delivery) AS last_delivery,
    coalesce(holder.title, found.held_by) AS held_by_title,
    coalesce(expected.title, 'the other systems') AS expected_in_title,
    coalesce(expected.stale, searched.stale, FALSE) AS stale,
    coalesce(link_confidence.probability, 1.0) AS link_probability
FROM found
INNER JOIN rule_in_force AS rule USING (rule_id)
LEFT JOIN gap.finding AS finding USING (gap_id)
LEFT JOIN nearest USING (gap_id)
LEFT JOIN resting USING (gap_id)
LEFT JOIN searched USING (gap_id)
LEFT JOIN marked USING (gap_id)
LEFT JOIN link_confidence USING (gap_id)
LEFT JOIN system AS holder ON found.held_by = holder.source_system
LEFT JOIN system AS expected ON found.expected_in = expected.source_system
