-- The tokens of the file that are close to one asked for: from a Jaro-Winkler similarity of 0.9 (what the link model
-- calls close) and within two letters of length.
SELECT
    v.token,
    v.subject_count,
    a.asked_token,
    CASE
        WHEN v.token = a.asked_token THEN 1.0
        ELSE jaro_winkler_similarity(v.token, a.asked_token, 0.9)
    END AS similarity
FROM linked.name_vocabulary AS v
INNER JOIN asked AS a ON abs(length(v.token) - length(a.asked_token)) <= 2
WHERE a.asked_token <> '' AND similarity >= 0.9
