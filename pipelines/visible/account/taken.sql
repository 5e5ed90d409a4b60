-- The stays that an account takes over: all there were of such a record. Of a divided subject only those of the part
-- that goes on with it: the others begin anew, as if they had never been in it.
SELECT entering.audience, stay.*
FROM account_entering AS entering
INNER JOIN account_subject AS subject USING (audience, subject_id)
INNER JOIN linkage.membership AS stay USING (record_key)
WHERE NOT subject.divided OR (entering.cluster = subject.cluster AND stay.until IS NULL)
