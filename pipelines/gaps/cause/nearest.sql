-- The most probable of the near misses that hold what a gap says is missing.
SELECT
    answer.gap_id, answer.record_key, answer.items, near_miss.match_probability, system.title,
    subject_record.source_record_id
FROM answer
INNER JOIN found USING (gap_id)
INNER JOIN near_miss ON found.subject_id = near_miss.subject_id AND answer.record_key = near_miss.record_key
INNER JOIN system ON near_miss.source_system = system.source_system
INNER JOIN subject_record ON answer.record_key = subject_record.record_key
QUALIFY row_number() OVER (
    PARTITION BY answer.gap_id
    ORDER BY near_miss.match_weight DESC, near_miss.direct DESC, answer.record_key
) = 1
