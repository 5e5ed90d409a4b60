-- The names to look at. A match holds the rarest token asked for, or one of the two rarest: only names that do are
-- looked at, which keeps a search for a name with Mohammed or Begum in it as quick as any other.
WITH rarity AS (
    SELECT
        a.asked_token,
        row_number() OVER (ORDER BY coalesce(sum(c.subject_count), 0), a.asked_token) AS place
    FROM asked AS a
    LEFT JOIN close AS c ON a.asked_token = c.asked_token
    WHERE a.asked_token <> ''
    GROUP BY a.asked_token
)

SELECT t.subject_id, t.name AS held_name, any_value(t.birth_dates) AS held_dates
FROM linked.name_token AS t
INNER JOIN close AS c ON t.token = c.token
INNER JOIN rarity AS r ON c.asked_token = r.asked_token
CROSS JOIN wanted AS w
WHERE r.place <= w.tokens - w.needed + 1
GROUP BY t.subject_id, t.name
