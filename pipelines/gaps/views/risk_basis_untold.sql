-- What makes each risk subject one, where `risk_subject.yaml` does not tell: it may be anything known of it.
SELECT
    member.subject_id,
    list_sort(list_distinct(list(member.record_key))) AS records,
    list_sort(coalesce(list(DISTINCT item.item_key) FILTER (item.item_key IS NOT NULL), [])) AS items
FROM member
SEMI JOIN risk_yielded ON member.subject_id = risk_yielded.subject_id
LEFT JOIN nominal.information_item AS item ON member.record_key = item.record_key
GROUP BY member.subject_id
