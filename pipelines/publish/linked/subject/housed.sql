-- Every address of each subject, with the source systems that hold it.
WITH one_address AS (
    SELECT subject_id, a.address, a.postcode, list_sort(list(DISTINCT source_system)) AS source_systems
    FROM (SELECT subject_id, source_system, unnest(addresses) AS a FROM publish_record)
    GROUP BY ALL
)

SELECT
    subject_id,
    list_sort(
        list({'address': address, 'postcode': postcode, 'source_systems': source_systems})
    ) AS addresses
FROM one_address
GROUP BY subject_id
