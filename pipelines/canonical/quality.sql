-- What the fields of accepted rows lack, and the items that are of an unknown kind.
WITH held AS (
    SELECT
        dates_given, unreadable_dates, birth_fault, partial_birth_date, unmapped_codes, FALSE AS unknown, NULL AS valid
    FROM staged_person
    WHERE problem IS NULL
    UNION ALL
    SELECT
        dates_given, unreadable_dates, birth_fault, partial_birth_date, unmapped_codes,
        problem IS NOT NULL AS unknown, identifier.valid AS valid
    FROM staged_item
    WHERE problem IS NULL OR problem = 'unknown_kind'
)

SELECT
    coalesce(sum(dates_given), 0)::BIGINT AS dates_given,
    coalesce(sum(unreadable_dates), 0)::BIGINT AS unreadable_dates,
    coalesce(sum(unmapped_codes), 0)::BIGINT AS unmapped_codes,
    count(*) FILTER (unknown) AS unknown_kinds,
    count(*) FILTER (NOT unknown AND NOT valid) AS invalid_identifiers,
    count(*) FILTER (birth_fault = 'implausible') AS implausible_birth_dates,
    count(*) FILTER (birth_fault = 'placeholder') AS placeholder_birth_dates,
    count(partial_birth_date) AS partial_birth_dates
FROM held
