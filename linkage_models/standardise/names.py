"""Macros that standardise personal names: tokens, and the parts of one whole name.

A name written in another script keeps its own letters (upper case if the script has one); putting it into Latin
letters and folding spelling variants is the work of the name model, not of these macros. The only word of a field is
kept, even if it looks like a title or a note: there are people called Dame and Null.
"""

import re
import unicodedata
from functools import lru_cache

from linkage_models.python_function import as_written

APOSTROPHES = "['’‘`´ʼʹ′＇]"
"""Marks that people type for an apostrophe. They join: `O’Connor` and `O'Connor` are OCONNOR."""

MARKER_PREFIXES = ("MIG_ERROR", "NO_SHOW", "DUPLICATE")
"""What source systems put before a surname to flag the record; never part of the name."""

HONORIFICS = ("MR", "MRS", "MS", "MISS", "MX", "DR", "PROF", "PROFESSOR", "REV", "REVD", "REVEREND", "SIR", "DAME")
"""Titles. LORD, MASTER and SHEIKH are left out because they are surnames; MD because it abbreviates Mohammed."""

PLACEHOLDER = "UNKNOWN"
"""Stands for a name that is not known, and is nobody's."""

PLACEHOLDER_WORDS = ("UNK", "NULL")
"""Words that stand for a name that is not known beside other words; alone they are somebody's surname."""

GENERATIONS = ("JR", "JNR", "JUN", "JUNIOR", "SR", "SNR", "SEN", "SENIOR", "I", "II", "III", "IV")
"""Words after a name that tell father and son apart. They stay part of the surname."""

FORMER = "N[ÉE]E|FORMERLY|PREVIOUSLY|MAIDEN NAME|ALSO KNOWN AS|KNOWN AS|A[.]?K[.]?A[.]?|F[.]?K[.]?A[.]?|ALIAS"
"""What comes before a name borne before or besides, in a note behind the name."""

DEATH = "DECEASED|DECD|DIED|RIP"
"""Notes that somebody is dead."""

LETTERS_WITHOUT_DECOMPOSITION = "ŁØĐÐĦŦŊƏƆƐƁƊƘƳƝ", "LODDHTNAOEBDKYN"
"""Letters that `strip_accents` leaves alone because Unicode does not build them from a base and a mark."""


PLAIN = "_std_plain_characters"
"""The macro that calls `plain_characters`."""

READING = f"Unicode {unicodedata.unidata_version}, {as_written(__file__)}"
"""What reads characters beyond ASCII: where it differs, standard forms made before may differ."""

_UNSEEN = re.compile("[\u034f\u0640\u115f\u1160\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Characters that show nothing although Unicode does not call them format characters, and the line that stretches
Arabic words."""

_OPTIONAL_MARKS = re.compile("[\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]")
"""Vowel and reading marks of Hebrew and Arabic, which the same name is written with or without."""


@lru_cache(maxsize=100_000)
def plain_characters(text: str) -> str:
    """Return a text without what nobody sees in it or means by it: fonts, invisible characters, optional marks.

    Args:
        text: any text.

    Returns:
        The text in Unicode's compatible form (NFKC).
    """
    composed = unicodedata.normalize("NFKC", text)
    seen = "".join(character for character in composed if unicodedata.category(character) != "Cf")
    # What was taken out may have stood between a letter and its mark.
    return unicodedata.normalize("NFKC", _OPTIONAL_MARKS.sub("", _UNSEEN.sub("", seen)))


def _sql_list(words: tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"


MACROS: tuple[str, ...] = (
    f"""
    _std_name_capitals(given) AS (
        regexp_replace(
            upper(CASE WHEN strlen(given) > length(given) THEN {PLAIN}(given) ELSE given END),
            '{APOSTROPHES.replace("'", "''")}', '', 'g'
        )
    )""",
    # A note behind a name: in brackets it ends with them, one without goes on to the end.
    rf"""
    _std_name_noted(capitals) AS (
        regexp_replace(
            capitals,
            '([^\x00-@\[-`{{-\x7f])[ ,;/.-]*(?:[(\[] *(?:{FORMER}|{DEATH})\b[^)\]]*[)\]]|'
            || '[ ,;/](?:{FORMER})[ :]+[^ ].*$|[ ,;/-](?:{DEATH})[ .]*$)',
            '\1 ', 'g'
        )
    )""",
    rf"""
    _std_name_letters(given) AS (
        trim(regexp_replace(
            regexp_replace(
                replace(replace(
                    regexp_replace(
                        _std_name_noted(_std_name_capitals(given)), '({"|".join(MARKER_PREFIXES)})_', ' ', 'g'
                    ), ' 2ND', ' II'), ' 3RD', ' III'),
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
    _std_name_known(words) AS (
        list_filter(words, lambda word: word <> '' AND word <> '{PLACEHOLDER}'
            AND NOT (word IN ('NOT', 'ENTERED') AND list_contains(words, 'ENTERED') AND list_contains(words, 'NOT')))
    )""",
    f"""
    _std_name_borne(words) AS (
        list_filter(words, lambda word: NOT list_contains({_sql_list(HONORIFICS + PLACEHOLDER_WORDS)}, word))
    )""",
    """
    _std_name_words(words) AS (
        CASE WHEN len(_std_name_borne(words)) > 0 THEN _std_name_borne(words) ELSE words END
    )""",
    # ABDUL RAHMAN, ABD AL-RAHMAN and ABDULRAHMAN are one name; ABU and UMM (father, mother of) are never names alone.
    r"""
    _std_name_joined(words) AS (
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    regexp_replace(
                        regexp_replace(words, '\bMC (\pL)', 'MC\1', 'g'), '(^| )عبد (ال\pL)', '\1عبد\2', 'g'
                    ),
                    '\bABD ?(?:[AEOU]?[AEOU][LRSNDTZ]H?|IL) (\pL{3,})', 'ABDUL\1', 'g'
                ),
                '\b(ABU|UMM) (\pL{3,})', '\1\2', 'g'
            ),
            '\b(?:UD|AD|ED|AL|EL|UL) D(?:IN|EEN|INE)\b', 'UDDIN', 'g'
        )
    )""",
    r"""
    std_name_tokens(given) AS (
        list_filter(
            string_split(
                _std_name_joined(array_to_string(
                    list_transform(
                        [string_split(coalesce(_std_name_text(given::VARCHAR), ''), ' ')],
                        lambda words: _std_name_words(_std_name_known(words))
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
    # `Kettering, Sarah` in one field is a surname and a forename; `Kettering, Jr` is not.
    f"""
    _std_name_comma_parted(parts) AS (
        list_transform([parts], lambda part: CASE
            WHEN len(part.after) > 0 AND len(part.m) = 0 AND (len(part.f) = 0 OR len(part.s) = 0)
                AND NOT (len(part.after) = 1 AND list_contains({_sql_list(GENERATIONS)}, part.after[1]))
                AND len(part.f) + len(part.s) > len(part.after)
                THEN struct_pack(
                    f := part.after, m := part.m, s := list_concat(part.f, part.s)[:-(len(part.after) + 1)],
                    original := part.original)
            ELSE struct_pack(f := part.f, m := part.m, s := part.s, original := part.original)
        END)[1]
    )""",
    # Patterns inside a lambda are made anew for every batch of rows, so the words are found outside.
    """
    std_name(given_kind, given_forenames, given_middle_names, given_surname) AS (
        list_transform(
            [_std_kunya_joined(_std_name_comma_parted(struct_pack(
                f := std_name_tokens(given_forenames), m := std_name_tokens(given_middle_names),
                s := std_name_tokens(given_surname),
                after := std_name_tokens(nullif(split_part(concat(given_surname, given_forenames), ',', 2), '')),
                original := concat_ws(' ', nullif(trim(given_forenames::VARCHAR), ''),
                    nullif(trim(given_middle_names::VARCHAR), ''), nullif(trim(given_surname::VARCHAR), '')))))],
            lambda part: _std_name_parts(given_kind::VARCHAR, part.f, part.m, part.s, part.original)
        )[1]
    )""",
)
"""Each as `name(arguments) AS (expression)`."""
