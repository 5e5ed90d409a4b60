-- two valid PNC numbers
SELECT subject_id
FROM evaluate_subject
WHERE len(list_filter(identifiers, lambda i: i.kind = 'pnc' AND i.valid)) > 1
