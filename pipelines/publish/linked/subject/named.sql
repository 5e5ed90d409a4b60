-- Every name of each subject, with the source systems that hold it.
WITH one_name AS (
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
)

SELECT
    subject_id,
    list_sort(list({
        'name': name, 'forename': forename, 'middle_names': middle_names, 'surname': surname,
        'kinds': kinds, 'source_systems': source_systems
    })) AS names
FROM one_name
WHERE name IS NOT NULL
GROUP BY subject_id
