"""Macros that standardise sex."""

MACROS: tuple[str, ...] = (
    """
    std_sex(given) AS (
        CASE
            WHEN upper(trim(given::VARCHAR)) IN ('M', 'MALE') THEN 'M'
            WHEN upper(trim(given::VARCHAR)) IN ('F', 'FEMALE') THEN 'F'
        END
    )""",
)
"""Each as `name(arguments) AS (expression)`."""
