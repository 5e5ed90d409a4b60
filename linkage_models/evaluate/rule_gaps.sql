-- How the findings of each rule agree with the true gaps: a finding is right, and a gap found, where both are of one
-- matter and the subject holds a record of the person.
WITH finding AS (
    SELECT *, row_number() OVER () AS finding_id
    FROM evaluate_found
    SEMI JOIN evaluate_subject_person USING (subject_id)
),

gap AS (
    SELECT
        person_id,
        rule_id,
        held_by,
        expected_in,
        matter,
        bool_or(planted) AS planted,
        row_number() OVER () AS gap_id
    FROM evaluate_gap
    GROUP BY person_id, rule_id, held_by, expected_in, matter
),

matched AS (
    SELECT finding.finding_id, gap.gap_id
    FROM finding
    INNER JOIN evaluate_subject_person USING (subject_id)
    INNER JOIN gap USING (person_id, rule_id, held_by, expected_in, matter)
),

of_findings AS (
    SELECT rule_id, count(*) AS findings, count(*) FILTER (is_right) AS is_right
    FROM (SELECT rule_id, finding_id IN (SELECT finding_id FROM matched) AS is_right FROM finding) AS judged
    GROUP BY rule_id
),

of_gaps AS (
    SELECT
        rule_id,
        count(*) AS gaps,
        count(*) FILTER (is_found) AS is_found,
        count(*) FILTER (planted) AS planted,
        count(*) FILTER (planted AND is_found) AS planted_found
    FROM (SELECT rule_id, planted, gap_id IN (SELECT gap_id FROM matched) AS is_found FROM gap) AS judged
    GROUP BY rule_id
)

SELECT
    rule_id,
    coalesce(findings, 0) AS findings,
    coalesce(is_right, 0) AS is_right,
    coalesce(gaps, 0) AS gaps,
    coalesce(is_found, 0) AS is_found,
    coalesce(planted, 0) AS planted,
    coalesce(planted_found, 0) AS planted_found
FROM of_findings
FULL JOIN of_gaps USING (rule_id)
ORDER BY rule_id
