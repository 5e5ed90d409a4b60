"""What reading any database has in common: the statement, how its rows are written, and what its errors mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import mssql

from linkage_models.relations import quote
from pipelines.errors import raise_if_storage

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import Dialect as SqlAlchemyDialect

    from pipelines.landing.extraction import Extraction
    from pipelines.source.extract import Sql
    from pipelines.source.extract.sql import SqlResource

PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$#]*")

CURSOR_DECIMAL = "DECIMAL(38, 9)"
"""For a cursor that is an exact decimal, which has another order as text: nine places tell any two moments apart."""

Since = Mapping[str, Any]
"""Per resource the value of its cursor column from which on rows are asked for; without one, all of them."""


class BrokenError(Exception):
    """The connection could not be made, or broke: a retry may help."""


class RefusedError(Exception):
    """The database refuses, or gives what cannot be landed: a retry does not help."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


@dataclass
class Position:
    """What is being read, as messages name it."""

    spec: Sql
    resource: str | None = None

    def __str__(self) -> str:
        database = f"the database {self.spec.database}" + (f" on {self.spec.host}" if self.spec.host else "")
        if self.resource is None:
            return database
        resource = self.spec.resources[self.resource]
        table = ".".join(part for part in (resource.db_schema, resource.table or self.resource) if part)
        return f"{database}, resource {self.resource}" + (" (a query)," if resource.query else f" (table {table}),")


def cursor_column(resource: SqlResource) -> str | None:
    """Return the column that rows can be asked for from; None if `cursor` is no plain column."""
    return resource.cursor if resource.cursor and PLAIN_NAME.fullmatch(resource.cursor) else None


def cursor_among(resource: SqlResource, names: Iterable[str]) -> list[str]:
    """Return the cursor column as the database writes it, if it is among these.

    DuckDB, which reads the cursor of what was landed, does not mind upper and lower case; the database may.
    """
    cursor = cursor_column(resource)
    return [name for name in names if cursor and name.casefold() == cursor.casefold()]


def query(
    name: str,
    resource: SqlResource,
    columns: list[sa.ColumnElement[Any]] | None,
    since: Any,  # noqa: ANN401  # a cursor is of any type
    dialect: str,
) -> sa.Select[Any]:
    """Return the statement that reads a resource.

    Args:
        name: the resource.
        resource: what its YAML says.
        columns: what to select; None for every column as it is.
        since: value of the cursor column to begin at; None for all rows.
        dialect: the database's.
    """
    source: sa.FromClause | sa.TextClause
    if resource.query is not None:
        # To SQLAlchemy a colon begins a parameter; the line end closes a comment.
        source = sa.text(f"({resource.query.strip().rstrip(';')}\n) conjoin_query".replace(":", r"\:"))
    else:
        source = sa.table(resource.table or name, schema=resource.db_schema)
    statement = sa.select(*(columns or [sa.literal_column("*")])).select_from(source)
    column = cursor_column(resource)
    bound = None if since is None else _literal(since, dialect)
    if column is None or bound is None:
        return statement
    known = [column.name for column in columns or () if isinstance(column, sa.ColumnClause | sa.Label)]
    # `>=`: two rows of one instant may be on both sides of a load; what was seen before is recognised.
    return statement.where(sa.column(next(iter(cursor_among(resource, known)), column)) >= bound)


def _literal(value: Any, dialect: str) -> sa.ColumnElement[Any] | None:  # noqa: ANN401  # a cursor is of any type
    """Return a cursor's value as SQL that means the same under any session settings; None if there is none."""
    literal: sa.ColumnElement[Any] | None = None
    if isinstance(value, datetime):
        literal = _moment(value, dialect)
    elif isinstance(value, date):
        literal = sa.literal_column(f"DATE '{value}'" if dialect != "mssql" else f"CAST('{value}' AS DATE)")
    elif isinstance(value, int | float | Decimal):
        literal = sa.literal_column(str(value))
    elif isinstance(value, str):
        literal = sa.literal(value, sa.Unicode())
    elif isinstance(value, bytes) and dialect == "mssql":
        literal = sa.literal_column(f"0x{value.hex()}")  # a rowversion
    return literal


def _moment(value: datetime, dialect: str) -> sa.ColumnElement[Any]:
    if dialect == "mssql":  # as text alone it is read by the login's language, and `datetime` takes no microseconds
        kind = mssql.DATETIME2 if value.tzinfo is None else mssql.DATETIMEOFFSET
        return sa.cast(sa.literal_column(f"'{value.isoformat()}'"), kind)
    if dialect == "oracle" and value.tzinfo is not None:
        written = value.isoformat(sep=" ", timespec="microseconds")
        return sa.literal_column(f"TO_TIMESTAMP_TZ('{written}', 'YYYY-MM-DD HH24:MI:SS.FFTZH:TZM')")
    return sa.literal(value, sa.DateTime())


def text_of(statement: sa.Select[Any], dialect: SqlAlchemyDialect) -> str:
    """Return a statement as the SQL that is sent."""
    return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def check_names(extraction: Extraction, names: list[str]) -> None:
    """Look that every column can be told from the others, and from those that Conjoin adds.

    Raises:
        RefusedError: it cannot.
    """
    twice = {name for name in names if names.count(name) > 1} | {"_row", "_file"}.intersection(names)
    if twice:
        shown = extraction.names.listed(sorted(twice))
        raise RefusedError(f"gives a column twice, or one that Conjoin adds itself ({shown})", "rename it in a `query`")


def write(
    extraction: Extraction,
    name: str,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    decimals: Iterable[str] = (),
) -> int:
    """Write what a database gives; if it fails midway, raise its own error rather than the one DuckDB makes of it.

    Args:
        extraction: where it is written.
        name: the resource.
        schema: its columns.
        batches: its rows.
        decimals: columns of text to be landed as decimals.
    """
    check_names(extraction, schema.names)
    failed: list[Exception] = []

    def watched() -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except Exception as error:
            failed.append(error)
            raise

    endless = [
        _endless(column) for column in schema if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type)
    ]
    ordered = [f"CAST({quote(name)} AS {CURSOR_DECIMAL}) AS {quote(name)}" for name in decimals]
    replaced = f"* REPLACE ({', '.join(endless + ordered)})" if endless + ordered else "*"
    rows = pa.RecordBatchReader.from_batches(schema, watched())
    try:
        return extraction.write_rows(name, rows, f"SELECT row_number() OVER () AS _row, {replaced} FROM given_row")
    except duckdb.Error as error:
        if failed:
            raise failed[0] from None
        raise_if_storage(error)
        raise RefusedError("holds what cannot be landed", "leave it out by a `query`") from None


def _endless(column: pa.Field) -> str:
    """Return SQL that restores PostgreSQL's `infinity`, which ADBC turns into years that PostgreSQL does not have."""
    name = quote(column.name)
    if pa.types.is_date(column.type):
        above, below = f"{name} <= DATE '5877612-06-21 (BC)'", f"{name} = DATE '5877612-06-22 (BC)'"
    else:
        count = f"epoch_us({name})"
        above, below = f"{count} <= -9222425352054775809", f"{count} = -9222425352054775808"
    return f"CASE WHEN {above} THEN 'infinity' WHEN {below} THEN '-infinity' ELSE {name} END AS {name}"


_REFUSALS = {
    "28P01": ("refuses the user or password", "correct `user` or the secret"),
    "28000": ("refuses the user", "correct `user`, or have it admitted from this address"),
    "3D000": ("does not exist", "correct `database`"),
    "42P01": ("does not exist, or is hidden from the user", "correct the source's `resources` or the user's rights"),
    "42703": ("lacks a column that is asked for", "correct its `cursor` or `query`"),
    "42501": ("may not be read by the user", "have the user granted SELECT on it"),
    "57014": ("takes longer than the server allows", "have the user's `statement_timeout` raised"),
    "no TLS": ("does not offer TLS", "have it turned on there; `tls: off` is only for a local server"),
    "not SQLite": ("cannot be read as an SQLite database", "check that the file is whole and `database` names it"),
    "untrusted": ("does not prove by its certificate who it is", "correct `host`, or give its authority as `ca_file`"),
    "no CA": ("cannot be verified, as the file of trusted certificates cannot be read", "correct `ca_file`"),
}
"""SQLSTATE, or a word if there is none: problem and remedy of errors that a retry does not help."""

_PASSING = ("08", "40", "53", "55006", "57P", "58")
"""SQLSTATE classes of temporary errors: connection, conflict with others, lack of resources, a lock, shutdown, disk."""


def refused(state: str) -> RefusedError:
    """Return the error for a database's refusal."""
    if state in _REFUSALS:
        return RefusedError(*_REFUSALS[state])
    if state.startswith("42"):
        return RefusedError(f"cannot be queried as the source's YAML says ({state})", "correct its `extract`")
    problem, remedy = f"gives an error of its own when it is read ({state})", "have its owner correct it"
    return RefusedError(problem, f"{remedy}, or avoid it by a `query`")


def judged(state: str | None) -> BrokenError | RefusedError:
    """Return the error for a database's state: one that a retry may help, or one that it cannot."""
    return BrokenError() if not state or state.startswith(_PASSING) else refused(state)
