-- What `gap.finding` should hold open after this run.
SELECT
    gap_id, subject_id, rule_id, held_by, expected_in, matter, severity, owner_role, due_date, first_seen, last_seen,
    'open' AS status,
    cause,
    round(link_probability * (1 - coalesce(near_probability, 0)), 6) AS confidence,
    near_miss_record,
    replace(replace(template, '{held_by}', held_by_title), '{expected_in}', expected_in_title) AS sentence,
    to_json({'records': records, 'items': items, 'searched': searched}) AS evidence,
    marking,
    rests_on
FROM worded
