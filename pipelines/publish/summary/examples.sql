-- One example a rule, the most urgent first, so that three examples are three kinds of gap.
SELECT rule_id, severity, subject_id, sentence, due_date::VARCHAR AS due_date
FROM linked.information_gap
WHERE status = 'open' AND cause = 'not_held'
QUALIFY row_number() OVER (PARTITION BY rule_id ORDER BY confidence DESC, gap_id) = 1
ORDER BY list_position(['critical', 'high', 'medium'], severity), confidence DESC, rule_id
LIMIT 3
