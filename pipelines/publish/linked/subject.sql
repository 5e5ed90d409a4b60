-- One row per subject. Lists are sorted after they are gathered: `list(... ORDER BY ...)` of many small groups takes
-- six times as long.
WITH given_name AS (
    SELECT
        subject_id,
        names[1].as_given AS as_given,
        [names[1].forename, names[1].surname] AS standard,
        count(*) AS given_votes
    FROM publish_record
    WHERE names[1].as_given IS NOT NULL
    GROUP BY ALL
),

display AS (
    -- Records that spell one name differently vote together before the spelling is chosen.
    SELECT
        subject_id,
        arg_min(as_given, {'a': -standard_votes, 'b': -given_votes, 'c': as_given}) AS display_name
    FROM (
        SELECT *, (sum(given_votes) OVER (PARTITION BY subject_id, standard))::BIGINT AS standard_votes
        FROM given_name
    )
    GROUP BY subject_id
),

birth AS (
    -- 1 January is what systems write when only the year is known, so it loses a tie.
    SELECT
        subject_id,
        arg_min(birth_date, {'a': -votes, 'b': strftime(birth_date, '%m%d') = '0101', 'c': birth_date}) AS birth_date
    FROM (
        SELECT subject_id, birth_dates[1] AS birth_date, count(*) AS votes
        FROM publish_record
        WHERE birth_dates[1] IS NOT NULL
        GROUP BY ALL
    )
    GROUP BY subject_id
),

held AS (
    SELECT
        r.subject_id,
        CASE
            WHEN count_if(r.sex = 'M') > count_if(r.sex = 'F') THEN 'M'
            WHEN count_if(r.sex = 'F') > count_if(r.sex = 'M') THEN 'F'
        END AS sex,
        list_sort(list(DISTINCT r.source_system)) AS source_systems,
        coalesce(list_sort(list(DISTINCT s.service) FILTER (s.service IS NOT NULL)), []) AS services,
        count(*) AS record_count
    FROM publish_record AS r
    LEFT JOIN publish_system AS s USING (source_system)
    GROUP BY r.subject_id
),

one_name AS (
    SELECT
        subject_id,
        nullif(concat_ws(' ', n.forename, n.middle_names, n.surname), '') AS name,
        n.forename,
        n.middle_names,
        n.surname,
        list_sort(list(DISTINCT n.kind)) AS kinds,
        list_sort(list(DISTINCT source_system)) AS source_systems
    FROM (SELECT subject_id, source_system, unnest(names) AS n FROM publish_record)
    GROUP BY ALL
),

every_name AS (
    SELECT
        subject_id,
        list_sort(list({
            'name': name, 'forename': forename, 'middle_names': middle_names, 'surname': surname,
            'kinds': kinds, 'source_systems': source_systems
        })) AS names
    FROM one_name
    WHERE name IS NOT NULL
    GROUP BY subject_id
),

one_birth_date AS (
    SELECT subject_id, birth_date, list_sort(list(DISTINCT source_system)) AS source_systems
    FROM (SELECT subject_id, source_system, unnest(birth_dates) AS birth_date FROM publish_record)
    GROUP BY subject_id, birth_date
),

every_birth_date AS (
    SELECT
        subject_id,
        list_sort(list({'birth_date': birth_date, 'source_systems': source_systems})) AS birth_dates
    FROM one_birth_date
    GROUP BY subject_id
),

one_identifier AS (
    SELECT subject_id, i.kind, i.value, i.valid, list_sort(list(DISTINCT source_system)) AS source_systems
    FROM (SELECT subject_id, source_system, unnest(identifiers) AS i FROM publish_record)
    GROUP BY ALL
),

every_identifier AS (
    SELECT
        subject_id,
        list_sort(
            list({'kind': kind, 'value': value, 'valid': valid, 'source_systems': source_systems})
        ) AS identifiers
    FROM one_identifier
    GROUP BY subject_id
),

one_address AS (
    SELECT subject_id, a.address, a.postcode, list_sort(list(DISTINCT source_system)) AS source_systems
    FROM (SELECT subject_id, source_system, unnest(addresses) AS a FROM publish_record)
    GROUP BY ALL
),

every_address AS (
    SELECT
        subject_id,
        list_sort(
            list({'address': address, 'postcode': postcode, 'source_systems': source_systems})
        ) AS addresses
    FROM one_address
    GROUP BY subject_id
),

flagged AS (
    SELECT r.subject_id, list_sort(list(DISTINCT f.flag)) AS review_flags
    FROM linkage.review_flag AS f
    INNER JOIN publish_record AS r USING (record_key)
    GROUP BY r.subject_id
)

SELECT
    held.subject_id,
    display.display_name,
    birth.birth_date,
    held.sex,
    coalesce(every_name.names, []) AS names,
    coalesce(every_birth_date.birth_dates, []) AS birth_dates,
    coalesce(every_identifier.identifiers, []) AS identifiers,
    coalesce(every_address.addresses, []) AS addresses,
    held.source_systems,
    held.services,
    held.record_count,
    weakest.match_weight AS weakest_link_weight,
    coalesce(flagged.review_flags, []) AS review_flags
FROM held
LEFT JOIN display USING (subject_id)
LEFT JOIN birth USING (subject_id)
LEFT JOIN every_name USING (subject_id)
LEFT JOIN every_birth_date USING (subject_id)
LEFT JOIN every_identifier USING (subject_id)
LEFT JOIN every_address USING (subject_id)
LEFT JOIN publish_weakest_link AS weakest USING (subject_id)
LEFT JOIN flagged USING (subject_id)
