-- How well each name matches. A small penalty only orders names that match equally well: 0.0005 a further token.
WITH part AS (
    SELECT k.subject_id, k.held_name, k.held_dates, unnest(string_split(k.held_name, ' ')) AS token
    FROM candidate AS k
),

matched AS (
    SELECT
        p.subject_id,
        p.held_name AS matched_name,
        any_value(p.held_dates) AS held_dates,
        c.asked_token,
        max(c.similarity) AS similarity,
        arg_max(p.token, {'similarity': c.similarity, 'token': p.token}) AS token
    FROM part AS p
    INNER JOIN close AS c ON p.token = c.token
    GROUP BY p.subject_id, p.held_name, c.asked_token
)

SELECT
    m.subject_id,
    m.matched_name,
    any_value(m.held_dates) AS held_dates,
    sum(m.similarity) / any_value(w.tokens)
    - 0.0005 * least(greatest(len(string_split(m.matched_name, ' ')) - any_value(w.tokens), 0), 8) AS name_score
FROM matched AS m
CROSS JOIN wanted AS w
GROUP BY m.subject_id, m.matched_name
HAVING least(count(*), len(list_distinct(list(m.token)))) >= any_value(w.needed)
