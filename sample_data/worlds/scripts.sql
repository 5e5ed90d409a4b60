-- What was copied from papers keeps their script; the PNC, NOMIS and OASys take Latin letters only.
CREATE OR REPLACE TEMP TABLE written_in AS
SELECT
    record,
    from_night,
    CASE
        WHEN chance(record, 'script') < 0.2 THEN 'cyrillic'
        WHEN chance(record, 'script') < 0.3 THEN 'greek'
        ELSE 'arabic'
    END AS script
FROM nominal
WHERE
    system IN (1, 2, 3, 5) AND chance(record, 'script') < 0.4
    AND person NOT IN (SELECT steady.person FROM steady);
CREATE OR REPLACE TEMP MACRO in_script(written, script) AS (
    SELECT CASE script WHEN 'cyrillic' THEN spelling.cyrillic WHEN 'greek' THEN spelling.greek ELSE spelling.arabic END
    FROM spelling WHERE spelling.name = written
);

UPDATE nominal SET
    forename = in_script(forename, written_in.script),
    middle = in_script(middle, written_in.script),
    second_middle = in_script(second_middle, written_in.script),
    surname = in_script(surname, written_in.script)
FROM written_in
WHERE nominal.record = written_in.record AND nominal.from_night = written_in.from_night;
