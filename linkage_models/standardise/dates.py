"""Macros that standardise dates of birth: those that may be one's own, and those of which a part is known."""

FIRST_BIRTH_YEAR = 1500
"""Year before which no date of birth is taken for one, unless a source says otherwise: registers of baptisms, the
oldest records of ordinary people's births, begin in the sixteenth century. Earlier years are slips or placeholders."""

PLACEHOLDER_BIRTH_DATES = ("1900-01-01", "1970-01-01", "1899-12-30", "1753-01-01", "1601-01-01")
"""Dates that systems fill in where none is known: one person's date of birth in truth, thousands' in the data. They are
where the clocks of Excel, Unix, OLE, SQL Server and Windows begin."""

_PLACEHOLDERS = ", ".join(f"DATE '{day}'" for day in PLACEHOLDER_BIRTH_DATES)

MACROS: tuple[str, ...] = (
    f"std_is_placeholder_birth_date(given) AS (given IN ({_PLACEHOLDERS}))",
    f"""
    std_birth_date(given, earliest := DATE '{FIRST_BIRTH_YEAR}-01-01', latest := DATE '2999-12-31') AS (
        CASE
            WHEN given::DATE BETWEEN earliest AND latest AND NOT std_is_placeholder_birth_date(given::DATE)
                THEN given::DATE
        END
    )""",
    f"""
    std_partial_birth_date(given, earliest := DATE '{FIRST_BIRTH_YEAR}-01-01', latest := DATE '2999-12-31') AS (
        CASE
            WHEN regexp_full_match(given, '\\d{{4}}(-(0[1-9]|1[0-2]))?')
                AND given >= strftime(earliest, '%Y-%m')[:len(given)]
                AND given <= strftime(latest, '%Y-%m')[:len(given)]
                THEN given
        END
    )""",
)
"""Each as `name(arguments) AS (expression)`."""
