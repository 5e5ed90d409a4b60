-- One row per run, as the warehouse keeps it; the run that publishes finishes with this file. A source system that the
-- audience may not see is not named.
SELECT
    run.run_id,
    run.as_of,
    run.started_at,
    CASE WHEN run.run_id = $run_id THEN coalesce(run.finished_at, $finished_at) ELSE run.finished_at END AS finished_at,
    run.bundle,
    to_json(map_from_entries(list_filter(
        map_entries(run.inputs::MAP (VARCHAR, VARCHAR)), lambda load: sight.shows(load.key)
    ))) AS inputs,
    to_json(map_from_entries(count.counts)) AS counts,
    run.versions,
    to_json(map_from_entries(list_filter(
        map_entries(run.timings::MAP (VARCHAR, DOUBLE)),
        -- A stage of one source system is named after it.
        lambda stage: NOT starts_with(stage.key, 'nominal/') OR sight.shows(split_part(stage.key, '/', 2))
    ))) AS timings
FROM linkage.run AS run
INNER JOIN publish_run_count AS count ON run.run_id = count.run_id
