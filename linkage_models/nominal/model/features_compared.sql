-- What is compared of a name that has been read; a word that was read is `forms|consonants|consonants if an abjad`.
CREATE OR REPLACE TEMP MACRO nominal_forms(read) AS string_split(split_part(read, '|', 1), ' ');

CREATE OR REPLACE TEMP MACRO nominal_spelt(reads) AS
list_transform(reads, lambda read: regexp_extract(read, '^[^ |]*'));

-- J, JC and AJ are initials; JO and NG are names.
CREATE OR REPLACE TEMP MACRO nominal_is_initials(word) AS
len(word) = 1 OR regexp_matches(word, '^([BCDFGHJKLMNPQRSTVWXZ]{2,3}|[AEIOU]J)$');

CREATE OR REPLACE TEMP MACRO nominal_spelt_name(n) AS struct_pack(
    given := n.given,
    family := n.family,
    joined := n.joined,
    other := n.other,
    generation := n.generation,
    given_read := n.given_read,
    family_read := n.family_read,
    given_v := nominal_spelt(n.given_read),
    family_v := nominal_spelt(n.family_read)
);

CREATE OR REPLACE TEMP MACRO nominal_named(n) AS struct_pack(
    forename := n.given[1],
    middle_names := nullif(array_to_string(n.given[2:], ' '), ''),
    surname := nullif(array_to_string(n.family, ''), ''),
    forename_v := n.given_v[1],
    surname_v := nullif(array_to_string(n.family_v, ''), ''),
    given_v := n.given_v,
    family_v := n.family_v,
    forename_forms := CASE
        WHEN len(n.given) > 1
            THEN list_concat(
                nominal_forms(n.given_read[1]),
                nominal_forms(nominal_given_forms(array_to_string(n.given, ''))),
                [n.given_v[1] || n.given_v[2], array_to_string(n.given_v, '')]
            )
        ELSE nominal_forms(n.given_read[1])
    END,
    surname_forms := list_concat(
        [array_to_string(n.family_v, ''), n.joined, n.other],
        CASE WHEN len(n.family) = 1 THEN nominal_forms(n.family_read[1]) ELSE n.family_v END
    ),
    middles := CASE
        WHEN len(n.given) > 1 THEN flatten(list_transform(n.given_read[2:], lambda read: nominal_forms(read)))
    END,
    initials := CASE
        WHEN len(n.given) = 1 AND nominal_is_initials(n.given_v[1]) THEN n.given_v[1]
        ELSE array_to_string(list_transform(n.given_v, lambda word: word[1]), '')
    END,
    in_initials := coalesce(nominal_is_initials(n.given_v[1]), FALSE),
    middles_in_initials := len(n.given) > 1 AND len(array_to_string(n.given[2:], '')) = len(n.given) - 1,
    generation := n.generation,
    surname_joined := CASE WHEN n.joined <> array_to_string(n.family, '') THEN n.joined END,
    whole := CASE
        WHEN len(n.given) > 0 THEN array_to_string(n.given_v, '') || array_to_string(n.family_v, '')
    END,
    turned := array_to_string(n.family_v, '') || array_to_string(n.given_v, ''),
    sorted := CASE
        WHEN len(n.given) > 0 THEN array_to_string(list_sort(list_concat(n.given_v, n.family_v)), ' ')
    END,
    forename_consonants := nullif(split_part(n.given_read[1], '|', 2), ''),
    forename_abjad := nullif(split_part(n.given_read[1], '|', 3), ''),
    surname_consonants := CASE WHEN len(n.family) = 1 THEN nullif(split_part(n.family_read[1], '|', 2), '') END,
    surname_abjad := CASE WHEN len(n.family) = 1 THEN nullif(split_part(n.family_read[1], '|', 3), '') END
);
