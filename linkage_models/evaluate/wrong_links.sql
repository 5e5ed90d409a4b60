-- How many links are missed and false, and of these those with an edge that joins, and with one that does not.
-- Pairs are never enumerated: those of each group follow from its size, and only scored pairs exist as rows.
-- A part is the records that a subject and a person share (0), a whole subject (1) or a whole person (2).
WITH total AS (
    SELECT grouping(subject_id, person_id) AS part, count(*) AS records
    FROM evaluate_linked
    GROUP BY GROUPING SETS ((subject_id, person_id), (subject_id), (person_id))
),

link AS (
    SELECT
        coalesce(sum(records * (records - 1) // 2) FILTER (part = 0), 0)::BIGINT AS true_links,
        coalesce(sum(records * (records - 1) // 2) FILTER (part = 1), 0)::BIGINT AS predicted,
        coalesce(sum(records * (records - 1) // 2) FILTER (part = 2), 0)::BIGINT AS wanted
    FROM total
),

scored AS (
    SELECT l.person_id = r.person_id AS is_missed, edge.match_weight >= $link_threshold AS joins
    FROM evaluate_edge AS edge
    INNER JOIN evaluate_linked AS l ON edge.record_l = l.record_key
    INNER JOIN evaluate_linked AS r ON edge.record_r = r.record_key
    WHERE (l.subject_id = r.subject_id) <> (l.person_id = r.person_id)
)

SELECT
    any_value(link.wanted - link.true_links) AS links_missed,
    count(*) FILTER (scored.is_missed AND NOT scored.joins) AS missed_below,
    count(*) FILTER (scored.is_missed AND scored.joins) AS missed_joining,
    any_value(link.predicted - link.true_links) AS links_false,
    count(*) FILTER (NOT scored.is_missed AND scored.joins) AS false_joining,
    count(*) FILTER (NOT scored.is_missed AND NOT scored.joins) AS false_below
FROM link
LEFT JOIN scored ON TRUE
