-- Insert the new ones of the given decisions, withdrawn if one of the given decisions withdraws them.
INSERT INTO linkage.decision BY NAME
SELECT
    made.* EXCLUDE (position, says, holds, is_new, withdraws) REPLACE (
        gone.withdrawn_by AS withdrawn_by, gone.withdrawn_at AS withdrawn_at, gone.withdrawn_reason AS withdrawn_reason
    )
FROM ruling AS made
LEFT JOIN ruling AS gone ON made.decision_id = gone.decision_id AND gone.withdraws
WHERE made.is_new
