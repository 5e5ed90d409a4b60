r"""Macros that read identifiers: PNCID, CRO, NOMS number, CRN and ViSOR id, with their forms and check letters.

A value that fails its check is kept with `valid` false: it is evidence of an error, and it never joins two people. It
is written in the form of its kind where it has that shape, so that the one letter that is wrong in it is all that tells
it from the right one. A value typed into the other of the two police fields is given the kind whose check it passes;
`as_given` keeps the text. A PNCID can only be taken for a CRO, or the reverse, if the declared form fails its own
check, so a value that could be either keeps the kind it was declared with. A kind that is none of these has no known
check: whatever is given for it is valid.
"""

IDENTIFIER_KINDS = ("pnc", "cro", "noms", "crn", "visor")
"""The kinds of identifier of the justice systems, which every model compares; training adds others that it finds."""

OTHER_COMPARISONS = (
    "prior", "name", "generation", "middle_names", "date_of_birth", "postcode", "address", "house_number",
    "birth_place", "sex", "police_serial", "sentence_date", "contact_point", "slips", "household", "kinship",
)  # fmt: skip
"""Names in the evidence that no kind of identifier may take."""

CHECK_ALPHABET = "ZABCDEFGHJKLMNPQRTUVWXY"
"""The 23 check letters; the letter of a number n is `CHECK_ALPHABET[n mod 23]`. I, O and S are not among them."""

PLACEHOLDERS = "^([0/]*Z?|X+|N/?A|NONE|NULL|UNKNOWN|NOTKNOWN|NOTENTERED|TBC|NOTAPPLICABLE)$"
"""Cleaned texts that stand for 'no identifier'. `000000/00Z` passes the CRO check and is nobody's."""

MACROS: tuple[str, ...] = (
    f"""
    _std_check_letter(n) AS ('{CHECK_ALPHABET}'[(n % 23)::INTEGER + 1])""",
    # Two-digit years at or below the current one are of this century; no police record is older than a century.
    """
    _std_pnc_year(given_year, as_of_year) AS (
        CASE
            WHEN len(given_year) = 4 THEN TRY_CAST(given_year AS INTEGER)
            WHEN TRY_CAST(given_year AS INTEGER) <= as_of_year % 100 THEN 2000 + TRY_CAST(given_year AS INTEGER)
            ELSE 1900 + TRY_CAST(given_year AS INTEGER)
        END
    )""",
    """
    _std_pnc_checked(y, serial, letter, checked) AS (
        CASE WHEN serial > 0
                AND (NOT checked OR letter = _std_check_letter((y % 100)::BIGINT * 10000000 + serial))
            THEN printf('%04d/%07d%s', y, serial, letter) END
    )""",
    """
    _std_pnc_form(parts, as_of_year, checked) AS (
        list_transform(
            [parts],
            lambda part: CASE
                WHEN part.y <> '' AND _std_pnc_year(part.y, as_of_year) BETWEEN 1900 AND as_of_year
                THEN _std_pnc_checked(
                    _std_pnc_year(part.y, as_of_year), TRY_CAST(part.serial AS INTEGER), part.letter, checked)
            END
        )[1]
    )""",
    # Without a slash the short year is tried first; the check letter decides if both could be read.
    r"""
    _std_pnc(cleaned, as_of_year, checked) AS (
        CASE WHEN contains(cleaned, '/')
            THEN _std_pnc_form(
                regexp_extract(cleaned, '^(\d{2}|\d{4})/(\d{1,7})([A-Z])$', ['y', 'serial', 'letter']),
                as_of_year, checked)
            ELSE coalesce(
                _std_pnc_form(
                    regexp_extract(cleaned, '^(\d{2})(\d{1,7})([A-Z])$', ['y', 'serial', 'letter']),
                    as_of_year, checked),
                _std_pnc_form(
                    regexp_extract(cleaned, '^(\d{4})(\d{1,7})([A-Z])$', ['y', 'serial', 'letter']),
                    as_of_year, checked))
        END
    )""",
    """
    _std_cro_standard(serial, y, letter, checked) AS (
        CASE WHEN serial > 0 AND (NOT checked OR letter = _std_check_letter(y::BIGINT * 1000000 + serial))
            THEN printf('%06d/%02d%s', serial, y, letter) END
    )""",
    """
    _std_cro_file(serial, y, letter, checked) AS (
        CASE WHEN serial > 0
                AND (NOT checked OR letter = _std_check_letter(TRY_CAST(printf('%d%d', y, serial) AS BIGINT)))
            THEN printf('SF%02d/%d%s', y, serial, letter) END
    )""",
    r"""
    _std_cro(cleaned, checked) AS (
        CASE WHEN starts_with(cleaned, 'SF')
            THEN list_transform(
                [regexp_extract(cleaned, '^SF(\d{2})/?(\d{1,6})([A-Z])$', ['y', 'serial', 'letter'])],
                lambda part: _std_cro_file(
                    TRY_CAST(part.serial AS INTEGER), TRY_CAST(part.y AS INTEGER), part.letter, checked))[1]
            ELSE list_transform(
                [regexp_extract(cleaned, '^(\d{1,6})/?(\d{2})([A-Z])$', ['serial', 'y', 'letter'])],
                lambda part: _std_cro_standard(
                    TRY_CAST(part.serial AS INTEGER), TRY_CAST(part.y AS INTEGER), part.letter, checked))[1]
        END
    )""",
    rf"""
    _std_plain_identifier(kind, cleaned) AS (
        CASE
            WHEN kind = 'noms' AND regexp_matches(cleaned, '^[A-Z]\d{{4}}[A-Z]{{2}}$') THEN cleaned
            WHEN kind = 'crn' AND regexp_matches(cleaned, '^[A-Z]\d{{6}}$') THEN cleaned
            WHEN kind = 'visor' AND regexp_matches(cleaned, '^[A-Z0-9]*\d[A-Z0-9]*$') AND len(cleaned) >= 4
                THEN cleaned
            WHEN kind NOT IN {IDENTIFIER_KINDS} AND len(cleaned) >= 2 THEN cleaned
        END
    )""",
    """
    _std_identifier_parts(kind, cleaned, original, as_of_year) AS (
        CASE
            WHEN kind IN ('pnc', 'cro') THEN list_transform(
                [struct_pack(pnc := _std_pnc(cleaned, as_of_year, true), cro := _std_cro(cleaned, true))],
                lambda read: CASE
                    WHEN read.pnc IS NOT NULL AND (kind = 'pnc' OR read.cro IS NULL)
                        THEN struct_pack(kind := 'pnc', value := read.pnc, valid := true, as_given := original)
                    WHEN read.cro IS NOT NULL
                        THEN struct_pack(kind := 'cro', value := read.cro, valid := true, as_given := original)
                    ELSE struct_pack(
                        kind := kind, value := coalesce(
                            CASE kind WHEN 'pnc' THEN _std_pnc(cleaned, as_of_year, false)
                            ELSE _std_cro(cleaned, false) END, cleaned),
                        valid := false, as_given := original)
                END)[1]
            ELSE struct_pack(
                kind := kind, value := coalesce(_std_plain_identifier(kind, replace(cleaned, '/', '')), cleaned),
                valid := _std_plain_identifier(kind, replace(cleaned, '/', '')) IS NOT NULL, as_given := original)
        END
    )""",
    rf"""
    std_identifier(given_kind, given, given_as_of_year) AS (
        list_transform(
            [regexp_replace(upper(given::VARCHAR), '[^\pL\pN/]', '', 'g')],
            lambda cleaned: CASE
                WHEN cleaned IS NULL OR regexp_matches(cleaned, '{PLACEHOLDERS}') THEN NULL
                ELSE _std_identifier_parts(
                    given_kind::VARCHAR, cleaned, trim(given::VARCHAR), given_as_of_year::INTEGER)
            END
        )[1]
    )""",
)
"""Each as `name(arguments) AS (expression)`."""
