-- One row per run, as the warehouse keeps it; the run that publishes finishes with this file.
SELECT
    run_id,
    as_of,
    started_at,
    CASE WHEN run_id = $run_id THEN coalesce(finished_at, $finished_at) ELSE finished_at END AS finished_at,
    bundle,
    -- The loads of a source system that the audience may not see are not named.
    to_json(map_from_entries(list_filter(
        map_entries(inputs::MAP (VARCHAR, VARCHAR)), lambda load: publish_shows(load.key)
    ))) AS inputs,
    counts,
    versions,
    timings
FROM linkage.run
