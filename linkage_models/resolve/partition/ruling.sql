-- The pairs of codes that people ruled to be the same person, or different ones; the oldest ruling first.
SELECT a.code AS code_a, b.code AS code_b
FROM resolve_decision AS decision
INNER JOIN resolve_node AS a ON decision.record_a = a.record_key
INNER JOIN resolve_node AS b ON decision.record_b = b.record_key
WHERE decision.verdict = $verdict AND decision.record_a <> decision.record_b
ORDER BY decision.decided_at, decision.decision_id
