-- Withdraw the recorded decisions that the given ones withdraw.
UPDATE linkage.decision
SET
    withdrawn_by = ruling.withdrawn_by,
    withdrawn_at = ruling.withdrawn_at,
    withdrawn_reason = ruling.withdrawn_reason
FROM ruling
WHERE ruling.withdraws AND decision.decision_id = ruling.decision_id
