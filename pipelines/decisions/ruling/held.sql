-- The decisions on record, and what each says.
SELECT
    decision_id,
    withdrawn_at,
    struct_pack(record_a, record_b, verdict, decided_by, reason) AS says
FROM linkage.decision
