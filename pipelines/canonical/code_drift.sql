-- How many codes are new, and how many that the load before used often are gone.
WITH before AS (
    SELECT name, arg_max(rows, load_id) AS rows, max(load_id) AS load_id
    FROM nominal.profile
    WHERE source_system = $system AND measure = 'code' AND list_contains($before, load_id)
    GROUP BY name
),

present AS (
    SELECT name
    FROM nominal.profile
    WHERE source_system = $system AND measure = 'code' AND load_id = $now
)

SELECT
    count(*) FILTER (before.name IS NULL) AS new,
    count(*) FILTER (present.name IS NULL AND before.load_id = $before[1] AND before.rows >= $noticed) AS vanished
FROM before
FULL JOIN present USING (name)
