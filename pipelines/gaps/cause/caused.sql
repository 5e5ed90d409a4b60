-- Why each gap is there. The first that applies wins: an unlinked record may hold what is missing, so nothing is known
-- to be absent; the expected system's delivery is too old, so its silence proves nothing; it holds an answer that may
-- not be shown; the obligation is not due; otherwise it is not held.
SELECT
    *,
    CASE
        WHEN near_miss_record IS NOT NULL THEN 'held_but_unlinked'
        WHEN stale THEN 'feed_stale'
        WHEN withheld THEN 'withheld'
        WHEN not_due_before > $as_of::DATE THEN 'not_due'
        ELSE 'not_held'
    END AS cause,
    CASE WHEN due_date < $as_of::DATE THEN ' at once: it was due by ' ELSE ' by ' END || in_words(due_date) AS by_when
FROM gathered
