-- Typed in haste: letters left out, doubled, swapped or wrong, digits of dates and numbers likewise.
CREATE OR REPLACE MACRO mistyped(text, number, what, share) AS CASE
    WHEN chance(number, what) < share
        THEN typo(text, dice(number, what || ' kind', 4), dice(number, what || ' at', 1000), dice(number, what, 26))
    ELSE text
END;
CREATE OR REPLACE MACRO slipped(given, slip, digit) AS CASE slip
    WHEN 0 THEN strftime(given, '%Y-%d-%m')
    WHEN 1 THEN left(given::VARCHAR, 9) || digit
    WHEN 2 THEN left(given::VARCHAR, 6) || digit || substr(given::VARCHAR, 8)
    WHEN 3 THEN left(given::VARCHAR, 3) || digit || substr(given::VARCHAR, 5)
    ELSE
        left(given::VARCHAR, 2) || substr(given::VARCHAR, 4, 1) || substr(given::VARCHAR, 3, 1)
        || substr(given::VARCHAR, 5)
END;

UPDATE nominal SET
    forename = in_case(mistyped(forename, record, 'forename', 0.2), in_capitals),
    middle = in_case(mistyped(middle, record, 'middle', 0.2), in_capitals),
    surname = in_case(mistyped(surname, record, 'surname', 0.25), in_capitals),
    birth_date = CASE
        WHEN chance(record, 'birth') < 0.15 AND NOT placeholder(birth_date)
            THEN as_possible(slipped(birth_date, dice(record, 'slip', 5), dice(record, 'digit', 10)), birth_date)
        ELSE birth_date
    END,
    pnc = mistyped(pnc, record, 'pnc', 0.1),
    cro = mistyped(cro, record, 'cro', 0.1),
    address = mistyped(address, record, 'address', 0.3),
    postcode = mistyped(postcode, record, 'postcode', 0.15)
WHERE person NOT IN (SELECT steady.person FROM steady);

UPDATE address SET
    address = mistyped(address.address, address.id, 'an address', 0.3),
    postcode = mistyped(address.postcode, address.id, 'a postcode', 0.15)
WHERE record NOT IN (SELECT nominal.record FROM nominal SEMI JOIN steady ON nominal.person = steady.person);
