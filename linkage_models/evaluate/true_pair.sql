-- Every true pair, with one bit for each rule that finds it: a pair found by one rule alone shows that bit alone.
WITH pair AS (
    SELECT l.unique_id AS l, r.unique_id AS r, l.unit
    FROM evaluate_person AS l
    INNER JOIN evaluate_person AS r ON l.person = r.person AND l.unique_id < r.unique_id
),

found AS (
    SELECT l, r, bit_or(rule) AS mask
    FROM evaluate_found
    GROUP BY l, r
)

SELECT pair.unit, coalesce(found.mask, 0) AS mask
FROM pair
LEFT JOIN found USING (l, r)
