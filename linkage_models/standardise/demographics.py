"""Macros that standardise date of birth and sex."""

PLACEHOLDER_BIRTH_DATES = ("1900-01-01", "1970-01-01")
"""Dates that systems fill in where none is known: one person's date of birth in truth, thousands' in the data."""

MACROS: tuple[str, ...] = (
    f"""
    std_birth_date(given) AS (
        CASE
            WHEN given::DATE IN (DATE '{PLACEHOLDER_BIRTH_DATES[0]}', DATE '{PLACEHOLDER_BIRTH_DATES[1]}') THEN NULL
            WHEN given::DATE < DATE '1900-01-02' OR given::DATE > DATE '2100-12-31' THEN NULL
            ELSE given::DATE
        END
    )""",
    """
    std_sex(given) AS (
        CASE
            WHEN upper(trim(given::VARCHAR)) IN ('M', 'MALE') THEN 'M'
            WHEN upper(trim(given::VARCHAR)) IN ('F', 'FEMALE') THEN 'F'
        END
    )""",
)
"""Each as `name(arguments) AS (expression)`."""
