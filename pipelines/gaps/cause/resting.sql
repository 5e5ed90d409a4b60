-- All that each gap rests on: what its rule says, what makes its subject a risk subject where the rule asks for one,
-- and the near miss.
SELECT
    found.gap_id,
    list_distinct(found.records || coalesce(basis.records, [])) AS records,
    list_distinct(found.items || coalesce(basis.items, []) || coalesce(nearest.items, [])) AS items,
    nearest.record_key AS near_miss_record
FROM found
LEFT JOIN risk_basis AS basis ON found.subject_id = basis.subject_id AND list_contains($of_risk, found.rule_id)
LEFT JOIN nearest USING (gap_id)
