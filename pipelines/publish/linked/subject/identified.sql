-- Every identifier of each subject, with the source systems that hold it.
WITH one_identifier AS (
    SELECT subject_id, i.kind, i.value, i.valid, list_sort(list(DISTINCT source_system)) AS source_systems
    FROM (SELECT subject_id, source_system, unnest(identifiers) AS i FROM publish_record)
    GROUP BY ALL
)

SELECT
    subject_id,
    list_sort(
        list({'kind': kind, 'value': value, 'valid': valid, 'source_systems': source_systems})
    ) AS identifiers
FROM one_identifier
GROUP BY subject_id
