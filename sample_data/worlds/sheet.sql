-- What the open night's records say, a row a record, under ids that say nothing of the person.
CREATE OR REPLACE TEMP TABLE sheet AS
WITH reached AS (
    SELECT
        contact.record,
        min_by(
            contact_text(contact.kind, contact.person_number, contact.which, contact.style), contact.id
        ) FILTER (contact.kind = 'PHONE') AS phone,
        min_by(
            contact_text(contact.kind, contact.person_number, contact.which, contact.style), contact.id
        ) FILTER (contact.kind = 'EMAIL') AS email
    FROM contact
    WHERE on_night(contact.first_night, contact.last_night)
    GROUP BY contact.record
)

SELECT
    live.system,
    live.sequence,
    live.surname,
    person.sex,
    person.birth_place,
    live.address,
    live.postcode,
    reached.phone,
    reached.email,
    left(md5(getvariable('seed') || '/' || live.record), 16) AS record_id,
    'P' || lpad(live.person_number::VARCHAR, 8, '0') AS person_id,
    nullif(concat_ws(' ', live.forename, live.middle, live.second_middle), '') AS forenames,
    live.birth_date::VARCHAR AS birth_date
FROM live
INNER JOIN person ON live.person = person.person
LEFT JOIN reached ON live.record = reached.record;
