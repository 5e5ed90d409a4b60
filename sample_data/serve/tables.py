"""Copying the tables of an SQLite file to PostgreSQL, with the types that an agency's own database would have."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

INTEGER: LiteralString = "bigint"
DATE: LiteralString = "date"
TIMESTAMP: LiteralString = "timestamp"
TEXT: LiteralString = "text"

# SQLite writes a date in one way only, so text that it writes back unchanged is an ISO date. Only when it has to add
# something does it look whether the calendar has such a day. PostgreSQL has no year 0.
_DATES = "count({0}) > 0 and count({0}) = sum(date({0}, '+0 days') = {0} and {0} >= '0001')"
_TIMESTAMPS = "count({0}) > 0 and count({0}) = sum(datetime({0}, '+0 days') = replace({0}, 'T', ' ') and {0} >= '0001')"


def copy_tables(source: Path, target: psycopg.Connection) -> dict[str, int]:
    """Make every table of an SQLite file in a database, and fill it in the same order.

    Names are the same. A column declared an integer is a `bigint`; one whose values are all ISO dates a `date`; one
    whose values are all ISO times to the second, without an offset, a `timestamp`; any other, and one with no value at
    all, `text`. Primary keys are kept.

    Args:
        source: SQLite file.
        target: connection to the database; what is done is not committed.

    Returns:
        How many rows each table has.

    Raises:
        sqlite3.Error: the file cannot be read.
        psycopg.Error: the database refused it, for instance as it has such a table.
    """
    with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as database:
        names = database.execute(
            "select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by rowid"
        ).fetchall()
        return {name: _copy_table(database, name, target) for (name,) in names}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _columns(database: sqlite3.Connection, table: str) -> tuple[dict[str, LiteralString], list[str]]:
    """Give a table's columns with their PostgreSQL types, and the columns of its key."""
    described = database.execute(f"pragma table_info({_quoted(table)})").fetchall()
    tests = [test.format(_quoted(name)) for _, name, *_ in described for test in (_DATES, _TIMESTAMPS)]
    found = database.execute(f"select {', '.join(tests)} from {_quoted(table)}").fetchone()
    types: dict[str, LiteralString] = {}
    for number, (_, name, declared, *_) in enumerate(described):
        if "INT" in declared.upper():
            types[name] = INTEGER
        else:
            types[name] = DATE if found[2 * number] else TIMESTAMP if found[2 * number + 1] else TEXT
    key = sorted((place, name) for _, name, _, _, _, place in described if place)
    return types, [name for _, name in key]


def _copy_table(database: sqlite3.Connection, table: str, target: psycopg.Connection) -> int:
    types, key = _columns(database, table)
    parts = [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in types.items()]
    if key:
        parts.append(sql.SQL("primary key ({})").format(sql.SQL(", ").join(map(sql.Identifier, key))))
    name = sql.Identifier(table)
    count = 0
    with target.cursor() as cursor:
        cursor.execute(sql.SQL("create table {} ({})").format(name, sql.SQL(", ").join(parts)))
        with cursor.copy(sql.SQL("copy {} from stdin").format(name)) as copy:
            # Without an order of its own, SQLite reads a table by its rowid, or by its key if it has none.
            for row in database.execute(f"select * from {_quoted(table)}"):
                copy.write_row(row)
                count += 1
    return count
