-- The counts of each run: those of what the audience sees. A run that did not count that has none.
SELECT
    run.run_id,
    list_transform(
        list_filter(
            map_entries(run.counts::MAP (VARCHAR, BIGINT)),
            lambda count: split_part(count.key, '@', 2) = own.audience
        ),
        lambda count: {'key': split_part(count.key, '@', 1), 'value': count.value}
    ) AS counts
FROM linkage.run AS run
CROSS JOIN sight.audience AS own
