-- Read from paper by a machine that takes a letter for one of the same shape.
CREATE OR REPLACE MACRO same_shape(letter) AS CASE letter
    WHEN 'm' THEN 'rn'
    WHEN 'w' THEN 'vv'
    WHEN 'd' THEN 'cl'
    WHEN 'M' THEN 'IVI'
    WHEN 'W' THEN 'VV'
    ELSE
        translate(
            letter,
            'abcefghijklnoqrstuvxyzBCDEFGHIJKLNOPQRSTUVXYZ0123456789',
            'ohectqblih1u0gn5fvykv28GOFP6N1IXIH0FOK5IVUKV2OIZ8ASb1Bg'
        )
END;
CREATE OR REPLACE MACRO misread_at(text, place) AS
left(text, place) || same_shape(substr(text, place + 1, 1)) || substr(text, place + 2);
CREATE OR REPLACE MACRO misread_once(text, number, what, share) AS CASE
    WHEN chance(number, what) < share AND text <> ''
        THEN misread_at(text, dice(number, what || ' at', 997) % length(text))
    ELSE text
END;
CREATE OR REPLACE MACRO misread(text, number, what, share) AS
misread_once(misread_once(text, number, what, share), number, what || ' again', share / 2);
CREATE OR REPLACE MACRO misread_date(given, place) AS
left(given::VARCHAR, place)
|| translate(substr(given::VARCHAR, place + 1, 1), '0123456789', '8778968134')
|| substr(given::VARCHAR, place + 2);

UPDATE nominal SET
    forename = misread(forename, record, 'forename', 0.3),
    middle = misread(middle, record, 'middle', 0.3),
    surname = misread(surname, record, 'surname', 0.3),
    birth_date = CASE
        WHEN chance(record, 'birth') < 0.2 AND NOT placeholder(birth_date)
            THEN as_possible(misread_date(birth_date, dice(record, 'birth at', 8) + 2), birth_date)
        ELSE birth_date
    END,
    pnc = misread(pnc, record, 'pnc', 0.15),
    cro = misread(cro, record, 'cro', 0.15),
    address = misread(address, record, 'address', 0.4),
    postcode = misread(postcode, record, 'postcode', 0.2)
WHERE person NOT IN (SELECT steady.person FROM steady);

UPDATE address SET
    address = misread(address.address, address.id, 'an address', 0.4),
    postcode = misread(address.postcode, address.id, 'a postcode', 0.2)
WHERE record NOT IN (SELECT nominal.record FROM nominal SEMI JOIN steady ON nominal.person = steady.person);
