-- What one rule finds: rows of one subject, pair of source systems and matter are one gap.
SELECT
    'G' || left(sha256(concat_ws(chr(31), rule_id, subject_id, held_by, expected_in, matter)), 20) AS gap_id,
    rule_id, subject_id, held_by, expected_in, matter,
    min(trigger_date) AS trigger_date,
    min(not_due_before) AS not_due_before,
    bool_and(withheld) AS withheld,
    list_sort(list_distinct(flatten(list(records)))) AS records,
    list_sort(list_distinct(flatten(list(items)))) AS items,
    list_sort(list_distinct(flatten(list(missing)))) AS missing,
    first(clauses.holds ORDER BY trigger_date NULLS LAST, clauses) AS holds,
    first(clauses.lacks ORDER BY trigger_date NULLS LAST, clauses) AS lacks,
    first(clauses.act ORDER BY trigger_date NULLS LAST, clauses) AS act
FROM gap
WHERE
    held_by IN (SELECT source_system FROM system)
    AND (expected_in = 'all' OR expected_in IN (SELECT source_system FROM system))
GROUP BY rule_id, subject_id, held_by, expected_in, matter
