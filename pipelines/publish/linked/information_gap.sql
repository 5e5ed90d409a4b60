-- One row per gap that the audience may hold.
SELECT
    finding.gap_id,
    finding.subject_id,
    finding.rule_id,
    coalesce(rule.title, finding.rule_id) AS title,
    finding.held_by,
    finding.expected_in,
    finding.matter,
    finding.severity,
    finding.owner_role,
    finding.due_date,
    finding.first_seen,
    finding.status,
    finding.cause,
    finding.confidence,
    finding.near_miss_record,
    finding.sentence,
    -- Where it was looked for, but in the source systems that the audience may not see.
    json_merge_patch(finding.evidence, json_object('searched', list_filter(
        (finding.evidence ->> '$.searched')::VARCHAR[], lambda record: sight.shows(split_part(record, ':', 1))
    ))) AS evidence,
    finding.marking
FROM gap.finding AS finding
INNER JOIN sight.marking USING (marking)
LEFT JOIN gap.rule AS rule USING (rule_id)
WHERE
    sight.shows(finding.held_by)
    AND (finding.expected_in = 'all' OR sight.shows(finding.expected_in))
    AND (finding.near_miss_record IS NULL OR sight.shows(split_part(finding.near_miss_record, ':', 1)))
    -- A closed finding outlives its subject; an open one of a subject that is not shown is not shown either.
    AND (finding.status = 'closed' OR finding.subject_id IN (SELECT subject_id FROM publish_member))
