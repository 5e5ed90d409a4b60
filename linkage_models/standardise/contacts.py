"""Macros that standardise postcodes, telephone numbers, e-mail addresses, vehicles and documents."""

from linkage_models.standardise.identifiers import PLACEHOLDERS

POSTCODE_FORMAT = (
    r"^(GIR0AA|[A-PR-UWYZ]([0-9]{1,2}|[A-HK-Y][0-9]([0-9]|[ABEHMNPRV-Y])?|[0-9][A-HJKPS-UW])[0-9][ABD-HJLNP-UW-Z]{2})$"
)
"""The shape of a United Kingdom postcode without its space (BS 7666)."""

PLACEHOLDER_POSTCODES = "^(NF1|ZZ99)"
"""NF1 is 'no fixed abode' in the justice systems; ZZ99 is the pseudo-district for unknown or abroad."""

READ_PHONE = "_std_read_phone"
"""The macro that calls `phones.read_phone`."""

PLACEHOLDER_PHONES = r"^0(\d?(0{7,}|1{7,}|2{7,}|3{7,}|4{7,}|5{7,}|6{7,}|7{7,}|8{7,}|9{7,})|1?234567(89?0?)?)$"
"""`phones.PLACEHOLDER`, in an expression language without back references."""

EMAIL_FORMAT = r"^[^@\s]+@[^@\s]+\.[^@\s.]{2,}$"
PLACEHOLDER_EMAILS = (
    r"^(no|none|na|n\.?a|nil|null|unknown|not\.?known|no[._-]?(e?mail|reply|address)|test|x+|email|nobody)@"
    r"|@(none|unknown|no-?e?mail|test|email)\."
)
"""What is typed if an address must be given and none is known."""

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
    # As nearly all are typed; `phones.read_phone` reads the rest, and these to the same.
    r"""
    _std_phone_plain(given) AS (
        CASE WHEN regexp_matches(given, '^[0-9 ()+.-]+$') THEN
            regexp_extract(
                regexp_replace(regexp_replace(given, '[^0-9]', '', 'g'), '^(0044|44)0?([1-9]\d{9})$', '0\2'),
                '^0[1-9]\d{9}$')
        END
    )""",
    rf"""
    _std_phone(given) AS (
        CASE
            WHEN coalesce(_std_phone_plain(given), '') = '' THEN {READ_PHONE}(given)
            WHEN NOT regexp_matches(_std_phone_plain(given), '{PLACEHOLDER_PHONES}') THEN _std_phone_plain(given)
        END
    )""",
    # The first address in a text: a mail program adds the bearer's name, a link its subject, a list the next address.
    rf"""
    _std_email(given) AS (
        list_transform(
            [rtrim(regexp_extract(lower(given), '[^\s@<>"(),;:|\[\]]+@[^\s@<>"(),;:|?/\[\]]+'), '.')],
            lambda address: CASE
                WHEN regexp_matches(address, '{EMAIL_FORMAT}') AND NOT regexp_matches(address, '{PLACEHOLDER_EMAILS}')
                THEN address END
        )[1]
    )""",
    f"""
    _std_numbered(given) AS (
        CASE WHEN NOT regexp_matches(_std_alphanumeric(given), '{PLACEHOLDERS}') THEN _std_alphanumeric(given) END
    )""",
    """
    std_contact_point(given_kind, given_value) AS (
        list_transform(
            [struct_pack(
                kind := lower(trim(given_kind::VARCHAR)),
                value := nullif(CASE lower(trim(given_kind::VARCHAR))
                    WHEN 'phone' THEN _std_phone(given_value::VARCHAR)
                    WHEN 'email' THEN _std_email(given_value::VARCHAR)
                    ELSE _std_numbered(given_value)
                END, ''))],
            lambda point: CASE WHEN point.value IS NOT NULL THEN point END
        )[1]
    )""",
)
"""Each as `name(arguments) AS (expression)`."""
