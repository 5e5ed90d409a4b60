-- The scored pairs of each weight and its probability: inside subjects, and between them.
-- A weak pair inside a subject is held there by stronger ones, so it counts at its subject's weakest link.
WITH pair AS (
    SELECT
        link.subject_id_l = link.subject_id_r AS within,
        round(
            CASE
                WHEN within THEN greatest(link.match_weight, coalesce(subject.weakest_link_weight, link.match_weight))
                ELSE link.match_weight
            END,
            2
        ) AS weight
    FROM evaluate_link AS link
    LEFT JOIN evaluate_subject AS subject ON link.subject_id_l = subject.subject_id
)

SELECT within, evaluate_probability(weight) AS probability, count(*) AS pairs
FROM pair
GROUP BY within, weight
ORDER BY weight
