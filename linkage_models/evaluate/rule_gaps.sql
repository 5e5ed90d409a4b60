-- How the findings of each rule agree with the true gaps: a finding is right, and a gap found, where both are of one
-- matter and the subject holds a record of the person.
WITH finding AS (
    SELECT *, row_number() OVER () AS finding_id
    FROM evaluate_found
),

gap AS (
    SELECT * EXCLUDE (planted), bool_or(planted) AS is_planted, row_number() OVER () AS gap_id
    FROM evaluate_gap
    GROUP BY ALL
),

judged AS (
    SELECT rule_id, finding.finding_id, gap.gap_id, gap.is_planted
    FROM finding
    INNER JOIN evaluate_subject_person USING (subject_id)
    FULL JOIN gap USING (person_id, rule_id, held_by, expected_in, matter)
)

SELECT
    rule_id,
    count(DISTINCT finding_id) AS findings,
    count(DISTINCT finding_id) FILTER (gap_id IS NOT NULL) AS is_right,
    count(DISTINCT gap_id) AS gaps,
    count(DISTINCT gap_id) FILTER (finding_id IS NOT NULL) AS is_found,
    count(DISTINCT gap_id) FILTER (is_planted) AS planted,
    count(DISTINCT gap_id) FILTER (is_planted AND finding_id IS NOT NULL) AS planted_found
FROM judged
GROUP BY rule_id
ORDER BY rule_id
