-- How many records each cluster shares with each living subject.
SELECT
    partition.cluster,
    member.subject_id,
    resolve_number(member.subject_id) AS number,
    count(*) AS shared
FROM resolve_partition AS partition
INNER JOIN resolve_membership AS member ON partition.record_key = member.record_key AND member.until IS NULL
GROUP BY partition.cluster, member.subject_id
