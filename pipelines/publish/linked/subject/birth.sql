-- The date of birth each subject is shown by.
-- 1 January is what systems write when only the year is known, so it loses a tie.
SELECT
    subject_id,
    arg_min(birth_date, {'a': -votes, 'b': strftime(birth_date, '%m%d') = '0101', 'c': birth_date}) AS birth_date
FROM (
    SELECT subject_id, birth_dates[1] AS birth_date, count(*) AS votes
    FROM publish_record
    WHERE birth_dates[1] IS NOT NULL
    GROUP BY ALL
)
GROUP BY subject_id
