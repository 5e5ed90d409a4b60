-- The records of other subjects that an edge says may be of a subject with a gap. A record with an edge of its own
-- takes its best one, the others the best edge between the two subjects.
WITH ruled_apart AS (
    SELECT a.subject_id AS subject_a, b.subject_id AS subject_b
    FROM linkage.decision AS decision
    INNER JOIN member AS a ON decision.record_a = a.record_key
    INNER JOIN member AS b ON decision.record_b = b.record_key
    WHERE decision.verdict = 'different' AND decision.withdrawn_at IS NULL
),

apart AS (
    SELECT subject_a AS subject_id, subject_b AS near_subject_id FROM ruled_apart
    UNION ALL
    SELECT subject_b AS subject_id, subject_a AS near_subject_id FROM ruled_apart
),

plausible AS (
    SELECT *
    FROM edge_seen
    ANTI JOIN apart USING (subject_id, near_subject_id)
    WHERE subject_id <> near_subject_id
),

between_subjects AS (
    SELECT
        subject_id, near_subject_id,
        max(match_weight) AS match_weight, arg_max(match_probability, match_weight) AS match_probability
    FROM plausible
    GROUP BY ALL
),

of_record AS (
    SELECT
        subject_id, record_key,
        max(match_weight) AS match_weight, arg_max(match_probability, match_weight) AS match_probability
    FROM plausible
    GROUP BY ALL
)

SELECT
    pair.subject_id, near.record_key, near.source_system, pair.near_subject_id,
    coalesce(of_record.match_weight, pair.match_weight) AS match_weight,
    coalesce(of_record.match_probability, pair.match_probability) AS match_probability,
    of_record.record_key IS NOT NULL AS direct
FROM between_subjects AS pair
INNER JOIN member AS near ON pair.near_subject_id = near.subject_id
LEFT JOIN of_record ON pair.subject_id = of_record.subject_id AND near.record_key = of_record.record_key
