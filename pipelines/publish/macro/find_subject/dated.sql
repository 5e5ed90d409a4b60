-- The score with the date of birth: a penalty of 0.05 for a near one, 0.1 where the subject has none; no score where
-- it has only others.
SELECT
    s.subject_id,
    s.matched_name,
    s.name_score - CASE
        WHEN birth_date IS NULL OR list_contains(s.held_dates, birth_date::DATE) THEN 0
        WHEN len(s.held_dates) = 0 THEN 0.1
        WHEN list_min([
            damerau_levenshtein(strftime(held, '%Y%m%d'), strftime(birth_date::DATE, '%Y%m%d'))
            FOR held IN s.held_dates
        ]) <= 1 OR list_contains(
            [strftime(held, '%Y%d%m') FOR held IN s.held_dates], strftime(birth_date::DATE, '%Y%m%d')
        ) THEN 0.05
    END AS score
FROM scored AS s
