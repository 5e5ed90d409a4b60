-- One row per token of each name of each subject: what `find_subject` looks up.
WITH one_name AS (
    SELECT subject_id, birth_dates, fold_name(name) AS name
    FROM (
        SELECT subject_id, [held.birth_date FOR held IN birth_dates] AS birth_dates, unnest(names).name AS name
        FROM snapshot.linked.subject
    )
)

SELECT DISTINCT unnest(string_split(name, ' ')) AS token, subject_id, name, birth_dates
FROM one_name
WHERE name <> ''
