-- What is said, read: its dates, and the standard form of what its kind is about.
WITH dated AS (
    SELECT
        *,
        CASE kind WHEN 'birth_date' THEN item_date_text ELSE birth_date_text END AS birth_text,
        CASE WHEN kind <> 'birth_date' THEN item_date_text END AS other_text,
        read_birth_date(birth_text) AS birth_day,
        read_date(other_text) AS other_date,
        read_date(from_date_text) AS from_date,
        read_date(to_date_text) AS to_date
    FROM said_item
),

parted AS (
    SELECT *, CASE WHEN birth_day IS NULL THEN read_part(birth_text) END AS birth_part FROM dated
),

born AS (
    SELECT
        *,
        possible_birth(birth_day) AS birth_date,
        possible_part(birth_part) AS partial_birth_date,
        birth_fault(birth_text, birth_day, birth_part) AS birth_fault
    FROM parted
)

SELECT
    *,
    CASE kind WHEN 'birth_date' THEN birth_date ELSE other_date END AS item_date,
    CASE kind WHEN 'name' THEN std_name('alias', forenames, middle_names, surname) END AS name,
    CASE kind WHEN 'identifier' THEN std_identifier(lower(code), value, year($as_of::TIMESTAMP)::INTEGER) END
        AS identifier,
    CASE kind WHEN 'contact_point' THEN std_contact_point(upper(code), value) END AS contact_point,
    CASE kind WHEN 'address' THEN std_postcode(postcode, $country) END AS standard_postcode,
    list_count([birth_text, other_text, from_date_text, to_date_text]) AS dates_given,
    list_count(list_filter(
        [
            coalesce(birth_fault = 'unreadable', FALSE), is_unread(other_text, other_date),
            is_unread(from_date_text, from_date), is_unread(to_date_text, to_date)
        ],
        lambda unread: unread
    )) AS unreadable_dates
FROM born
