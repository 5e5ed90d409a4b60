-- One row per run, as the warehouse keeps it.
SELECT
    run_id,
    as_of,
    started_at,
    finished_at,
    bundle,
    inputs,
    counts,
    versions,
    timings
FROM linkage.run
