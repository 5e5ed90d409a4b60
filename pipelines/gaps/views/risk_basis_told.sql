-- What makes each risk subject one, as `risk_subject.yaml` tells it.
SELECT
    subject_id,
    list_sort(list_distinct(flatten(list(coalesce(records, []))))) AS records,
    list_sort(list_distinct(flatten(list(coalesce(items, []))))) AS items
FROM risk_yielded
GROUP BY subject_id
