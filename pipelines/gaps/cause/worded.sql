-- The sentence of each gap, as its cause has it; `{held_by}` and `{expected_in}` stand for the source systems' titles.
SELECT
    *,
    CASE cause
        WHEN 'held_but_unlinked'
            THEN
                holds || '; ' || near_title || ' record ' || near_source_record_id
                || ' may be the same person (probability ' || format('{:.2f}', near_probability)
                || ') and would answer this: settle whether it is before anyone acts on its absence.'
        WHEN 'feed_stale'
            THEN
                holds || ' but ' || lacks || ' so far as its last delivery tells ('
                || coalesce(
                    'of ' || in_words(last_delivery) || ', which can no longer be relied on', 'it has made none'
                )
                || '): get a fresh delivery, then ' || act || by_when || '.'
        WHEN 'withheld'
            THEN
                holds
                || '; {expected_in} has an answer that its marking keeps from being shown: ask its originator, then '
                || act || by_when || '.'
        WHEN 'not_due' THEN holds || ' but ' || lacks || ' yet; ' || act || by_when || '.'
        WHEN 'not_held' THEN holds || ' but ' || lacks || '; ' || act || by_when || '.'
    END AS template
FROM caused
