"""Macros that standardise postcodes, telephone numbers, e-mail addresses, vehicles and documents."""

POSTCODE_FORMAT = (
    r"^(GIR0AA|[A-PR-UWYZ]([0-9]{1,2}|[A-HK-Y][0-9]([0-9]|[ABEHMNPRV-Y])?|[0-9][A-HJKPS-UW])[0-9][ABD-HJLNP-UW-Z]{2})$"
)
"""The shape of a United Kingdom postcode without its space (BS 7666)."""

PLACEHOLDER_POSTCODES = "^(NF1|ZZ99)"
"""NF1 is 'no fixed abode' in the justice systems; ZZ99 is the pseudo-district for unknown or abroad."""

MACROS: tuple[str, ...] = (
    r"""
    _std_alphanumeric(given) AS (regexp_replace(upper(given::VARCHAR), '[^A-Z0-9]', '', 'g'))""",
    # Of another country any code with a digit is taken as it is: there are as many forms as countries.
    f"""
    std_postcode(given, country := 'GB') AS (
        CASE
            WHEN country <> 'GB' THEN CASE
                WHEN regexp_matches(_std_alphanumeric(given), '^[A-Z0-9]*[0-9][A-Z0-9]*$')
                    AND len(_std_alphanumeric(given)) BETWEEN 3 AND 10
                    AND NOT regexp_matches(_std_alphanumeric(given), '^(0+|9+)$') THEN _std_alphanumeric(given) END
            WHEN regexp_matches(_std_alphanumeric(given), '{PLACEHOLDER_POSTCODES}') THEN NULL
            WHEN regexp_matches(_std_alphanumeric(given), '{POSTCODE_FORMAT}') THEN _std_alphanumeric(given)
        END
    )""",
    # 0044, +44 and a bare 44 before ten digits are one country code; the trunk 0 is sometimes typed after it as well.
    r"""
    _std_phone(given) AS (
        regexp_replace(
            regexp_replace(regexp_replace(given::VARCHAR, '[^0-9]', '', 'g'), '^(00)?440?(\d{10})$', '0\2'),
            '^00(\d{10})$', '0\1')
    )""",
    """
    std_contact_point(given_kind, given_value) AS (
        list_transform(
            [struct_pack(
                kind := lower(trim(given_kind::VARCHAR)),
                value := nullif(CASE lower(trim(given_kind::VARCHAR))
                    WHEN 'phone' THEN _std_phone(given_value)
                    WHEN 'email' THEN lower(trim(given_value::VARCHAR))
                    ELSE _std_alphanumeric(given_value)
                END, ''))],
            lambda point: CASE WHEN point.value IS NOT NULL THEN point END
        )[1]
    )""",
)
"""Each as `name(arguments) AS (expression)`."""
