-- Lists are compared with lists, and blocking keys are made of the elements of several: so many of each are.
CREATE OR REPLACE TEMP MACRO nominal_compared(items) AS coalesce(items[:100], []);

-- A record with more names than a person bears is one that people without a record were entered on. Its aliases, and
-- their dates of birth, are of nobody in particular.
CREATE OR REPLACE TEMP MACRO nominal_of_one(items, names) AS CASE WHEN len(names) > 30 THEN items[:1] ELSE items END;

CREATE OR REPLACE TEMP MACRO nominal_set(items) AS
list_sort(list_distinct(list_filter(items, lambda item: item IS NOT NULL)));

-- A single letter is an initial: that two records share one says next to nothing.
CREATE OR REPLACE TEMP MACRO nominal_whole_words(words) AS nominal_set(list_filter(words, lambda w: len(w) > 1));

-- Forename and surname whichever is which, under each name that the forename may stand for if they are few.
CREATE OR REPLACE TEMP MACRO nominal_unordered(forenames, surname) AS
list_transform(
    CASE WHEN len(forenames) > 5 THEN forenames[:1] ELSE forenames END,
    lambda f: least(f, surname) || ' ' || greatest(f, surname)
);

CREATE OR REPLACE TEMP MACRO nominal_texts(identifiers, wanted) AS
nominal_set(list_transform(list_filter(identifiers, lambda i: i.kind = wanted), lambda i: i.value));

CREATE OR REPLACE TEMP MACRO nominal_valid(identifiers, wanted) AS
nominal_texts(list_filter(identifiers, lambda i: i.valid), wanted);

-- The same date with day and month exchanged, where that is another date.
CREATE OR REPLACE TEMP MACRO nominal_swapped(given) AS
CASE WHEN day(given) <= 12 AND day(given) <> month(given) THEN strftime(given, '%Y%d%m') END;

-- A full postcode of the United Kingdom, of some fifteen addresses; other countries' codes are of towns.
CREATE OR REPLACE TEMP MACRO nominal_is_unit(postcode) AS
regexp_matches(postcode, '^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}$');

CREATE OR REPLACE TEMP MACRO nominal_outcode(postcode) AS
CASE WHEN nominal_is_unit(postcode) THEN postcode[:-4] ELSE postcode[:2] END;

-- Texts that stand where there is no address; they are of thousands.
CREATE OR REPLACE TEMP MACRO nominal_is_no_address(address) AS
regexp_matches(
    upper(address), '^\s*(NO FIXED ABODE|N\.?F\.?A\.?|HOMELESS|NOT KNOWN|UNKNOWN|NONE|N/?A)\s*$'
);

CREATE OR REPLACE TEMP MACRO nominal_plain(address, stands_for_others) AS
regexp_replace(upper(strip_accents(address)), '[^\pL\pN]+', stands_for_others, 'g');

CREATE OR REPLACE TEMP MACRO nominal_address_words(address) AS
list_filter(
    string_split(trim(nominal_plain(address, ' ')), ' '),
    lambda word: regexp_matches(word, '^\pL') AND len(word) > 1
);

CREATE OR REPLACE TEMP MACRO nominal_address_parts(address) AS
list_filter(
    list_transform(
        string_split(coalesce(address, ''), ','),
        lambda part: regexp_replace(upper(strip_accents(part)), '[^\pL]+', '', 'g')
    ),
    lambda part: len(part) > 3
);

-- Number and street are before the first comma; letters and digits alone, for spaces come and go.
CREATE OR REPLACE TEMP MACRO nominal_first_line(address) AS
nullif(nominal_plain(split_part(address, ',', 1), ''), '');

CREATE OR REPLACE TEMP MACRO nominal_house_number(address) AS
nullif(regexp_extract(address, '^\D*(\d+)', 1), '');

-- Year of two digits and serial without padding: the part that PNCID and CRO share when one is typed for the other.
CREATE OR REPLACE TEMP MACRO nominal_pnc_serial(number) AS
number[3:4] || '/' || ltrim(regexp_extract(number, '/(\d+)', 1), '0');

CREATE OR REPLACE TEMP MACRO nominal_cro_serial(number) AS
CASE
    WHEN starts_with(number, 'SF') THEN number[3:4] || '/' || regexp_extract(number, '/(\d+)', 1)
    ELSE regexp_extract(number, '/(\d\d)', 1) || '/' || ltrim(split_part(number, '/', 1), '0')
END;
