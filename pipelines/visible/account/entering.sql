-- The records that an account covers from this night on, with the subject they were in for everybody.
SELECT part.audience, part.record_key, part.cluster, member.subject_id
FROM account_part AS part
ANTI JOIN audience.record USING (audience, record_key)
INNER JOIN linkage.membership AS member ON part.record_key = member.record_key AND member.until IS NULL
