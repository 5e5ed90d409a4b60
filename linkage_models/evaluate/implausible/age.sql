-- a date of birth over 110 or under 10 years ago
-- Nobody in England is known to be older, and ten is the age of criminal responsibility.
SELECT DISTINCT birth.subject_id
FROM evaluate_birth AS birth
CROSS JOIN evaluate_day AS day
WHERE date_sub('year', birth.born, day.today) NOT BETWEEN 10 AND 110
