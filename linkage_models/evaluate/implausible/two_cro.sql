-- two valid CRO numbers
SELECT subject_id
FROM evaluate_subject
WHERE len(list_filter(identifiers, lambda i: i.kind = 'cro' AND i.valid)) > 1
