-- Open gaps by severity, the most severe first.
SELECT severity, count(*) AS open
FROM linked.information_gap
WHERE status = 'open'
GROUP BY severity
ORDER BY list_position(['critical', 'high', 'medium'], severity)
