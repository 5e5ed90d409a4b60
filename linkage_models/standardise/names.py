"""Macros that standardise personal names: tokens, and the parts of one whole name.

A name written in another script keeps its own letters (upper case if the script has one); putting it into Latin
letters and folding spelling variants is the work of the name model, not of these macros.
"""

APOSTROPHES = "['’‘`´ʼʹ′＇]"
"""Marks that people type for an apostrophe. They join: `O’Connor` and `O'Connor` are OCONNOR."""

MARKER_PREFIXES = ("MIG_ERROR", "NO_SHOW", "DUPLICATE")
"""What source systems put before a surname to flag the record; never part of the name."""

HONORIFICS = ("MR", "MRS", "MS", "MISS", "MX", "DR", "PROF", "PROFESSOR", "REV", "REVD", "REVEREND", "SIR", "DAME")
"""Titles. LORD, MASTER and SHEIKH are left out because they are surnames; MD because it abbreviates Mohammed."""

PLACEHOLDER_WORDS = ("UNKNOWN", "UNK", "NULL")
"""Words that stand for a name that is not known."""

LETTERS_WITHOUT_DECOMPOSITION = "ŁØĐÐĦŦŊ", "LODDHTN"
"""Letters that `strip_accents` leaves alone because Unicode does not build them from a base and a mark."""


def _sql_list(words: tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"


MACROS: tuple[str, ...] = (
    r"""
    _std_name_letters(given) AS (
        trim(regexp_replace(
            regexp_replace(
                regexp_replace(
                    regexp_replace(upper(nfc_normalize(given)), '"""
    + APOSTROPHES.replace("'", "''")
    + r"""', '', 'g'),
                    '("""
    + "|".join(MARKER_PREFIXES)
    + r""")_', ' ', 'g'
                ),
                '\pN+', '', 'g'
            ),
            '[^\pL\pM]+', ' ', 'g'
        ))
    )""",
    # Removing the vowel signs of, say, Devanagari would change the name, so marks are stripped from Latin text only.
    (
        r"""
    _std_unaccented(letters) AS (
        CASE
            WHEN regexp_matches(letters, '[^\p{Latin}\p{Common}\p{Inherited}]') THEN letters
            ELSE translate(upper(strip_accents(letters)), """
        f"'{LETTERS_WITHOUT_DECOMPOSITION[0]}', '{LETTERS_WITHOUT_DECOMPOSITION[1]}'"
        r""")
        END
    )"""
    ),
    """
    _std_name_text(given) AS (
        replace(replace(replace(replace(replace(
            _std_unaccented(_std_name_letters(given)),
            'Æ', 'AE'), 'Œ', 'OE'), 'Þ', 'TH'), 'ẞ', 'SS'), 'ß', 'SS')
    )""",
    # `NOT` and `ENTERED` go wherever the phrase occurs, so that removing one phrase cannot make up another.
    f"""
    _std_name_words(words) AS (
        list_filter(words, lambda word: word <> ''
            AND NOT list_contains({_sql_list(HONORIFICS)}, word)
            AND NOT list_contains({_sql_list(PLACEHOLDER_WORDS)}, word)
            AND NOT (word IN ('NOT', 'ENTERED') AND list_contains(words, 'ENTERED') AND list_contains(words, 'NOT')))
    )""",
    # ABDUL RAHMAN, ABD AL-RAHMAN and ABDULRAHMAN are one name; ABU and UMM (father, mother of) are never names alone.
    r"""
    _std_name_joined(words) AS (
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    regexp_replace(words, '\bMC (\pL)', 'MC\1', 'g'),
                    '\bABD(UL|EL| UL| EL| AL) (\pL{3,})', 'ABDUL\2', 'g'
                ),
                '\b(ABU|UMM) (\pL{3,})', '\1\2', 'g'
            ),
            '\bUD DIN\b', 'UDDIN', 'g'
        )
    )""",
    r"""
    std_name_tokens(given) AS (
        list_filter(
            string_split(
                _std_name_joined(array_to_string(
                    list_transform(
                        [string_split(coalesce(_std_name_text(given::VARCHAR), ''), ' ')],
                        lambda words: _std_name_words(words)
                    )[1],
                    ' '
                )),
                ' '
            ),
            lambda token: token <> ''
        )
    )""",
    """
    _std_joined(tokens) AS (nullif(array_to_string(tokens, ' '), ''))""",
    # A name of one word goes to the surname, whichever field it was typed into, so that the two spellings can meet.
    """
    _std_name_parts(given_kind, f, m, s, original) AS (
        CASE
            WHEN len(f) + len(m) + len(s) = 0 THEN NULL
            WHEN len(f) + len(m) + len(s) = 1 THEN struct_pack(
                kind := given_kind, forename := NULL::VARCHAR, middle_names := NULL::VARCHAR,
                surname := coalesce(f[1], m[1], s[1]), as_given := original)
            ELSE struct_pack(
                kind := given_kind, forename := f[1], middle_names := _std_joined(list_concat(f[2:], m)),
                surname := _std_joined(s), as_given := original)
        END
    )""",
    # `Abu` and `Hamza` in two fields are one name still.
    """
    _std_kunya_joined(parts) AS (
        list_transform([parts], lambda part: CASE
            WHEN coalesce(part.m[-1], part.f[-1]) IN ('ABU', 'UMM') AND len(part.s[1]) >= 3 THEN struct_pack(
                f := CASE WHEN len(part.m) = 0 THEN part.f[:-2] ELSE part.f END,
                m := part.m[:-2],
                s := list_concat([coalesce(part.m[-1], part.f[-1]) || part.s[1]], part.s[2:]),
                original := part.original)
            ELSE part
        END)[1]
    )""",
    """
    std_name(given_kind, given_forenames, given_middle_names, given_surname) AS (
        list_transform(
            [_std_kunya_joined(struct_pack(
                f := std_name_tokens(given_forenames), m := std_name_tokens(given_middle_names),
                s := std_name_tokens(given_surname),
                original := concat_ws(' ', nullif(trim(given_forenames::VARCHAR), ''),
                    nullif(trim(given_middle_names::VARCHAR), ''), nullif(trim(given_surname::VARCHAR), ''))))],
            lambda part: _std_name_parts(given_kind::VARCHAR, part.f, part.m, part.s, part.original)
        )[1]
    )""",
)
"""Each as `name(arguments) AS (expression)`."""
