-- Many live at a hostel, and give its telephone.
CREATE OR REPLACE MACRO hostel(person) AS CASE
    WHEN chance(person, 'hostel') < 0.3 THEN dice(person, 'which hostel', getvariable('hostels'))
END;
CREATE OR REPLACE MACRO hostel_line(which) AS (11 + which) || ' Mission Street, Leeds';
CREATE OR REPLACE MACRO hostel_postcode(which) AS
'LS' || (1 + which % 22) || ' ' || (1 + which % 9) || letter_at(which // 9) || 'B';

UPDATE nominal SET address = hostel_line(hostel(person_number)), postcode = hostel_postcode(hostel(person_number))
WHERE
    hostel(person_number) IS NOT NULL AND address IS NOT NULL
    AND person NOT IN (SELECT steady.person FROM steady);

UPDATE address SET
    address = hostel_line(hostel(nominal.person_number)), postcode = hostel_postcode(hostel(nominal.person_number))
FROM nominal
WHERE
    address.record = nominal.record AND hostel(nominal.person_number) IS NOT NULL
    AND nominal.person NOT IN (SELECT steady.person FROM steady);

-- The number of nobody in particular, the same from all who live there.
UPDATE contact SET person_number = hostel(contact.person_number), which = 7
FROM nominal
WHERE
    contact.record = nominal.record AND contact.kind = 'PHONE' AND hostel(contact.person_number) IS NOT NULL
    AND nominal.person NOT IN (SELECT steady.person FROM steady);
