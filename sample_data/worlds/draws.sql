-- Draws that follow from the seed and a thing's number alone, whatever the chunk, the night or the thread.
CREATE OR REPLACE MACRO draw(number, what) AS
md5_number_lower(getvariable('seed') || '/' || what || '/' || number);
CREATE OR REPLACE MACRO dice(number, what, sides) AS (draw(number, what) % sides)::INTEGER;
CREATE OR REPLACE MACRO chance(number, what) AS draw(number, what || '?') % 1000003 / 1000003.0;

-- Dates of birth that stand for an unknown one stay as they are.
CREATE OR REPLACE MACRO placeholder(given) AS given IN (DATE '1900-01-01', DATE '1970-01-01');
CREATE OR REPLACE MACRO as_possible(text, given) AS CASE
    WHEN try_cast(text AS DATE) <= getvariable('today') AND NOT placeholder(try_cast(text AS DATE))
        THEN try_cast(text AS DATE)
    ELSE given
END;
