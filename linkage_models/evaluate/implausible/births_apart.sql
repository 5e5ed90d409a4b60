-- two dates of birth over five years apart
-- Five years are 1826 days: no slip of the keyboard in one digit of a year's end explains more.
SELECT subject_id
FROM evaluate_birth
GROUP BY subject_id
HAVING max(born) - min(born) > 1826
