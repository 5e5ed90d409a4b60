-- Identifiers, contact points, postcodes and addresses that too many people of unlike names hold to be anyone's own.
-- Names are taken for unlike by their beginnings, so that one person's slips and spellings do not pass for people.
WITH held AS (
    SELECT
        record_key,
        left(coalesce(names[1].surname, ''), 2) || '/' || left(coalesce(names[1].forename, ''), 1) AS bearer,
        unnest(list_distinct(nominal_values(identifiers, contact_points, addresses))) AS value
    FROM common_record
),

counted AS (
    SELECT value, count(*) AS records, count(DISTINCT bearer) AS bearers
    FROM held
    SEMI JOIN (SELECT value FROM held GROUP BY value HAVING count(*) >= $fewest) USING (value)
    GROUP BY value
)

SELECT value, records, round(-log2(records / (SELECT count(*) FROM common_record)))::INTEGER AS bits
FROM counted
WHERE bearers >= $many OR (bearers >= $fewest AND records >= $share * greatest($least, (SELECT count(*) FROM common_record)))
