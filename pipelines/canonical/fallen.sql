-- The fields that have become less complete than they usually are, the most first.
WITH share AS (
    SELECT load_id, name, rows / of_rows AS share
    FROM nominal.profile
    WHERE source_system = $system AND measure = 'field' AND of_rows > 0
),

usual AS (
    SELECT name, median(share) AS usual
    FROM share
    WHERE list_contains($before, load_id)
    GROUP BY name
),

compared AS (
    SELECT usual.name, coalesce(present.share, 0) AS share, usual.usual
    FROM usual
    LEFT JOIN share AS present ON usual.name = present.name AND present.load_id = $now
)

SELECT name, share, usual
FROM compared
WHERE usual - share > $noticed
ORDER BY usual - share DESC, name
