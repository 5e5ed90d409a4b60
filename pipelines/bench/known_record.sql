-- The nominal records whose person is known, for a bare script and for the sweep.
SELECT record.*, truth.person_id
FROM nominal.record
INNER JOIN read_csv($truth, all_varchar = TRUE) AS truth
    ON record.source_system = truth.system AND record.source_record_id = truth.source_record_id
