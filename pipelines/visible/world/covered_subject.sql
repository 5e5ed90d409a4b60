-- The subjects that covered records are, or were, in for everybody.
SELECT DISTINCT subject_id
FROM everything_linkage.membership
WHERE record_key IN (FROM sight.covered)
