-- How many scored pairs of each weight are of one person, by unit.
WITH pair AS (
    SELECT
        floor(edge.match_weight)::BIGINT AS weight,
        l.unit,
        l.person = r.person AS same,
        edge.match_probability
    FROM evaluate_edge AS edge
    INNER JOIN evaluate_record AS l ON edge.record_l = l.record_key
    INNER JOIN evaluate_record AS r ON edge.record_r = r.record_key
)

SELECT weight, unit, count(*) AS n, count(*) FILTER (same) AS matches, sum(match_probability) AS predicted
FROM pair
GROUP BY ALL
ORDER BY ALL
