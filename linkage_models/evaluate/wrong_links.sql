-- How many links are missed and false, and of these those with an edge that joins, and with one that does not.
-- Pairs are never enumerated: those of each group follow from its size, and only scored pairs exist as rows.
WITH cell AS (
    SELECT subject_id, person_id, count(*) AS records
    FROM evaluate_linked
    GROUP BY subject_id, person_id
),

total AS (
    SELECT 'subject' AS side, sum(records)::BIGINT AS records FROM cell GROUP BY subject_id
    UNION ALL
    SELECT 'person' AS side, sum(records)::BIGINT AS records FROM cell GROUP BY person_id
    UNION ALL
    SELECT 'both' AS side, records FROM cell
),

link AS (
    SELECT
        coalesce(sum(records * (records - 1) // 2) FILTER (side = 'person'), 0)::BIGINT AS wanted,
        coalesce(sum(records * (records - 1) // 2) FILTER (side = 'subject'), 0)::BIGINT AS predicted,
        coalesce(sum(records * (records - 1) // 2) FILTER (side = 'both'), 0)::BIGINT AS true_links
    FROM total
),

scored AS (
    SELECT
        l.subject_id = r.subject_id AS together,
        l.person_id = r.person_id AS same_person,
        edge.match_weight >= $link_threshold AS joins
    FROM evaluate_edge AS edge
    INNER JOIN evaluate_linked AS l ON edge.record_l = l.record_key
    INNER JOIN evaluate_linked AS r ON edge.record_r = r.record_key
    WHERE together <> same_person
)

SELECT
    any_value(link.wanted - link.true_links) AS links_missed,
    count(*) FILTER (scored.same_person AND NOT scored.joins) AS missed_below,
    count(*) FILTER (scored.same_person AND scored.joins) AS missed_joining,
    any_value(link.predicted - link.true_links) AS links_false,
    count(*) FILTER (scored.together AND scored.joins) AS false_joining,
    count(*) FILTER (scored.together AND NOT scored.joins) AS false_below
FROM link
LEFT JOIN scored ON true
