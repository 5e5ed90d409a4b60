-- different sexes
SELECT member.subject_id
FROM evaluate_member AS member
INNER JOIN evaluate_nominal AS nominal USING (record_key)
WHERE nominal.sex IS NOT NULL
GROUP BY member.subject_id
HAVING count(DISTINCT nominal.sex) > 1
