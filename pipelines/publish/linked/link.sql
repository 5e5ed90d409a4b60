-- One row per pair of present records that was scored, or that a person has ruled on.
WITH decided AS (
    SELECT record_a AS record_l, record_b AS record_r, arg_max(verdict, {'a': decided_at, 'b': decision_id}) AS verdict
    FROM linkage.decision
    WHERE withdrawn_at IS NULL
    GROUP BY record_a, record_b
),

pair AS (
    SELECT record_l, record_r, e.match_weight, e.match_probability, e.evidence, d.verdict
    FROM linkage.edge AS e
    FULL JOIN decided AS d USING (record_l, record_r)
)

SELECT
    pair.record_l,
    pair.record_r,
    l.subject_id AS subject_id_l,
    r.subject_id AS subject_id_r,
    CASE
        WHEN l.subject_id = r.subject_id THEN 'within'
        -- Strong enough to link, yet apart: a ruling, or a rule of resolution such as the one for twins.
        WHEN pair.verdict IS NOT NULL OR pair.match_weight >= $link_threshold THEN 'kept_apart'
        ELSE 'near_miss'
    END AS relation,
    pair.match_weight,
    pair.match_probability,
    coalesce(pair.evidence, []) AS evidence,
    CASE
        WHEN pair.verdict IS NOT NULL THEN 'person'
        WHEN pair.match_weight >= $link_threshold AND len(list_filter(
            pair.evidence,
            lambda part: part.level = $identifier_level AND part.weight > $link_threshold
        )) > 0 THEN 'identifier'
        ELSE 'model'
    END AS decided_by
FROM pair
INNER JOIN publish_member AS l ON pair.record_l = l.record_key
INNER JOIN publish_member AS r ON pair.record_r = r.record_key
