-- The records that are new or changed.
INSERT INTO nominal.record BY NAME
SELECT *, $load_id AS load_id
FROM staged_record
SEMI JOIN record_change USING (record_key)
ORDER BY record_key
