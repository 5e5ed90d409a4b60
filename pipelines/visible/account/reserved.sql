-- The clusters of accounts none of whose records was in a subject before: their ids take their place among the new ones
-- of everybody, so that no id tells that a cluster is not everybody's.
SELECT DISTINCT part.cluster AS record_key, NULL::VARCHAR AS subject_id
FROM account_part AS part
WHERE NOT EXISTS (
    SELECT 1
    FROM account_part AS other
    INNER JOIN account_stay AS stay USING (audience, record_key)
    WHERE stay.until IS NULL AND other.audience = part.audience AND other.cluster = part.cluster
)
