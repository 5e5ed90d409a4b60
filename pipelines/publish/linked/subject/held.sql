-- Sex, source systems and services of each subject.
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
