-- Every pair of a changed record and another that share a key of a block that is not capped, the smaller key first.
SELECT DISTINCT
    least(changed.id, other.id) AS record_l,
    greatest(changed.id, other.id) AS record_r
FROM (FROM score_match ANTI JOIN score_capped USING (blocking_key)) AS other
INNER JOIN score_key AS changed USING (blocking_key)
WHERE changed.id <> other.id
