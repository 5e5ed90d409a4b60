-- Subjects, and how many are in several systems and services. The services whose common subjects are counted are those
-- that the audience names and its file has, or else all of its file.
WITH present AS (
    SELECT coalesce(list(DISTINCT service ORDER BY service), []) AS services
    FROM linked.coverage
),

wanted AS (
    SELECT coalesce(nullif(list_filter($across::VARCHAR[], lambda one: one IN services), []), services) AS across
    FROM present
)

SELECT
    count(subject.subject_id) AS subjects,
    coalesce(sum(subject.record_count), 0)::BIGINT AS records,
    count(*) FILTER (WHERE len(subject.source_systems) > 1) AS in_several_systems,
    any_value(wanted.across) AS services,
    count(*) FILTER (WHERE list_has_all(subject.services, wanted.across)) AS in_all_services,
    count(*) FILTER (WHERE len(subject.review_flags) > 0) AS flagged_for_review,
    (SELECT count(*) FROM linked.link WHERE relation = 'near_miss') AS near_misses
FROM wanted
LEFT JOIN linked.subject ON TRUE
