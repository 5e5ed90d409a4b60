-- Identifiers, contact points, dates of birth, postcodes and addresses that too many people of unlike names hold to be
-- their own. Names are taken for unlike by their beginnings, whichever is which, so that the slips, spellings and
-- exchanged fields of one person do not pass for people; and of few people their dates of birth must be unlike too.
WITH holder AS (
    SELECT
        record_key,
        CASE
            WHEN names[1].surname IS NOT NULL AND names[1].forename IS NOT NULL
                THEN
                    least(left(names[1].surname, 2), left(names[1].forename, 2)) || '/'
                    || greatest(left(names[1].surname, 2), left(names[1].forename, 2))
        END AS bearer,
        birth_dates[1] AS born,
        unnest(held) AS value
    FROM common_record
),

total AS (SELECT count(*) AS records FROM common_record),

several AS (SELECT value FROM holder GROUP BY value HAVING count(*) >= $fewest),

counted AS (
    SELECT
        holder.value,
        count(*) AS records,
        count(DISTINCT holder.bearer) >= $many AS of_many,
        count(DISTINCT holder.bearer) >= $fewest
        AND (count(holder.born) = 0 OR count(DISTINCT holder.born) >= $fewest)
        AND count(*) >= $share * greatest($least, any_value(total.records)) AS of_a_share,
        count(*) >= $share * greatest($least, any_value(total.records)) AS is_a_share,
        round(-log2(count(*) / any_value(total.records)))::INTEGER AS bits
    FROM holder
    INNER JOIN several ON holder.value = several.value
    CROSS JOIN total
    GROUP BY holder.value
)

SELECT value, records, bits
FROM counted
WHERE CASE WHEN starts_with(value, 'born:') THEN of_many AND is_a_share ELSE of_many OR of_a_share END
