-- How much the audience sees.
SELECT
    (SELECT count(*) FROM nominal.record) AS records,
    (SELECT count(*) FROM linkage.edge) AS edges,
    (SELECT count(DISTINCT subject_id) FROM linkage.membership WHERE until IS NULL) AS subjects,
    (SELECT count(DISTINCT record_key) FROM linkage.review_flag) AS flagged_records
