-- The counts of each run: everybody's, where the audience sees everything.
SELECT
    run_id,
    list_filter(map_entries(counts::MAP (VARCHAR, BIGINT)), lambda count: NOT contains(count.key, '@')) AS counts
FROM linkage.run
