-- What is said, read: its dates, and the standard form of what its kind is about.
SELECT
    *,
    read_date(item_date_text) AS item_date,
    read_date(from_date_text) AS from_date,
    read_date(to_date_text) AS to_date,
    std_birth_date(read_date(birth_date_text)) AS birth_date,
    CASE kind WHEN 'name' THEN std_name('alias', forenames, middle_names, surname) END AS name,
    CASE kind WHEN 'identifier' THEN std_identifier(lower(code), value, year($as_of::TIMESTAMP)::INTEGER) END
        AS identifier,
    CASE kind WHEN 'contact_point' THEN std_contact_point(upper(code), value) END AS contact_point,
    CASE kind WHEN 'address' THEN std_postcode(postcode, $country) END AS standard_postcode,
    [item_date_text, from_date_text, to_date_text, birth_date_text] AS date_texts
FROM said_item
