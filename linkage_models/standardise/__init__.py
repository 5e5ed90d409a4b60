"""Standardisation of names, dates, identifiers and contact details, as DuckDB macros that run over millions of rows.

`register` gives a connection every macro; the modules beside this one hold their SQL, one kind of value each.
A macro never raises on any text: what cannot be read becomes NULL, or, for identifiers, a value marked invalid.
"""

import duckdb

from linkage_models.python_function import add_macro
from linkage_models.standardise import contacts, dates, demographics, identifiers, names
from linkage_models.standardise.phones import READING, read_phone

MACROS: tuple[str, ...] = (*names.MACROS, *dates.MACROS, *demographics.MACROS, *identifiers.MACROS, *contacts.MACROS)
"""The `name(arguments) AS expression` of every macro, in the order in which they build on each other."""

APPLIED: tuple[str, ...] = (*MACROS, READING, names.READING)
"""All that a standard form depends on: if it differs, forms made before may differ."""


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Create the standardisation macros on one connection.

    They are temporary: nothing is written to the database, and a connection made later must register them again. One
    that has them is left as it is.
    The `std_` macros are the public ones:

    * `std_name_tokens(text) -> VARCHAR[]`
    * `std_name(kind, forenames, middle_names, surname) -> STRUCT(kind, forename, middle_names, surname, as_given)`
    * `std_birth_date(date, earliest := DATE '1500-01-01', latest := DATE '2999-12-31') -> DATE`
    * `std_partial_birth_date(text, earliest := ..., latest := ...) -> VARCHAR`, `YYYY` or `YYYY-MM`
    * `std_sex(text) -> VARCHAR`, `M`, `F` or NULL
    * `std_postcode(text, country := 'GB') -> VARCHAR`, without space
    * `std_identifier(kind, text, as_of_year) -> STRUCT(kind, value, valid, as_given)`
    * `std_contact_point(kind, value) -> STRUCT(kind, value)`

    Args:
        con: the connection that will call them.

    Raises:
        duckdb.Error: if the connection is closed.
    """
    if not add_macro(con, contacts.READ_PHONE, read_phone):
        return
    add_macro(con, names.PLAIN, names.plain_characters)
    for macro in MACROS:
        con.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")
