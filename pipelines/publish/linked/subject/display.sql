-- The name each subject is shown by.
WITH given_name AS (
    SELECT
        subject_id,
        names[1].as_given AS as_given,
        [names[1].forename, names[1].surname] AS standard,
        count(*) AS given_votes
    FROM publish_record
    WHERE names[1].as_given IS NOT NULL
    GROUP BY ALL
)

-- Records that spell one name differently vote together before the spelling is chosen.
SELECT
    subject_id,
    arg_min(as_given, {'a': -standard_votes, 'b': -given_votes, 'c': as_given}) AS display_name
FROM (
    SELECT *, (sum(given_votes) OVER (PARTITION BY subject_id, standard))::BIGINT AS standard_votes
    FROM given_name
)
GROUP BY subject_id
