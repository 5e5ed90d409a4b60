"""Extraction from SQL databases: PostgreSQL through ADBC, in Arrow throughout; all others through SQLAlchemy.

All resources are read in one read-only transaction, so that no table knows of a person another has not yet heard of.
Drivers' own messages may quote a value, so none is passed on.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import oracle

from pipelines.errors import raise_if_storage

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Cursor
    from sqlalchemy.engine.interfaces import Dialect as SqlAlchemyDialect

    from pipelines.landing.extraction import Extraction
    from pipelines.landing.spec import Sql
    from pipelines.landing.spec.sql import SqlResource

ROWS_AT_ONCE = 20_000
BYTES_AT_ONCE = 4 * 1024 * 1024
PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$#]*")
LONGEST_TEXT = 4000
"""Characters to which Oracle, SQL Server and MySQL are asked to write a value out as text: Oracle's own limit."""

Since = Mapping[str, Any]
"""Per resource the value of its cursor column from which on rows are asked for; without one, all of them."""


def extract_sql(
    extraction: Extraction, spec: Sql, since: Since, wait: Callable[[float], None] = time.sleep
) -> dict[str, int]:
    """Write every resource of the database as Parquet and return the number of rows of each.

    Raises:
        SourceError: the database cannot be reached, refuses, or holds no such table.
    """
    read = _read_postgresql if spec.dialect == "postgresql" else _read_through_sqlalchemy
    for attempt in range(spec.retries + 1):
        try:
            return read(extraction, spec, since)
        except _BrokenError:
            if attempt == spec.retries:
                raise extraction.error(
                    _shown(spec), "could not be reached or broke off", "check that the server is up and run again"
                ) from None
        wait(min(30.0, 0.5 * 2**attempt))
    raise AssertionError


class _BrokenError(Exception):
    """The connection could not be made, or broke: worth another try."""


def _shown(spec: Sql) -> str:
    return f"the database {spec.database}" + (f" on {spec.host}" if spec.host else "")


def cursor_column(resource: SqlResource) -> str | None:
    """Return the column that rows can be asked for from; None where `cursor` is no plain column."""
    return resource.cursor if resource.cursor and PLAIN_NAME.fullmatch(resource.cursor) else None


def query(name: str, resource: SqlResource, columns: list[sa.ColumnElement[Any]] | None, since: Any) -> sa.Select[Any]:  # noqa: ANN401  # a cursor is of any type
    """Return the statement that reads a resource.

    Args:
        name: the resource.
        resource: what its YAML says.
        columns: what to select; None for every column as it is.
        since: value of the cursor column to begin at; None for all rows.
    """
    source: sa.FromClause | sa.TextClause
    if resource.query is not None:
        source = sa.text(f"({resource.query.strip().rstrip(';')}) conjoin_query")
    else:
        source = sa.table(resource.table or name, schema=resource.db_schema)
    statement = sa.select(*(columns or [sa.literal_column("*")])).select_from(source)
    column = cursor_column(resource)
    if column and since is not None:
        kind: sa.types.TypeEngine[Any] = (
            sa.DateTime() if isinstance(since, datetime) else sa.Date() if isinstance(since, date)
            else sa.BigInteger() if isinstance(since, int) else sa.Unicode()
        )  # fmt: skip
        # `>=`: two rows of one instant may be on both sides of a load; what was seen before is recognised.
        statement = statement.where(sa.column(column) >= sa.literal(since, kind))
    return statement


def text_of(statement: sa.Select[Any], dialect: SqlAlchemyDialect) -> str:
    """Return a statement as the SQL that is sent."""
    return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


# PostgreSQL


def postgresql_url(spec: Sql, password: str | None) -> str:
    """Return libpq's connection URI: encrypted and verified unless `tls` is off."""
    options = {
        "connect_timeout": str(spec.timeout_seconds),
        "tcp_user_timeout": str(spec.timeout_seconds * 1000),
        "keepalives_idle": str(spec.timeout_seconds),
        "application_name": "conjoin",
        "sslmode": "disable" if spec.tls == "off" else "verify-full",
    }
    if spec.tls != "off":
        options["sslrootcert"] = str(spec.ca_file) if spec.ca_file else "system"
    url = sa.URL.create("postgresql", spec.user, password, spec.host, spec.port or 5432, spec.database, query=options)
    return url.render_as_string(hide_password=False)


def _read_postgresql(extraction: Extraction, spec: Sql, since: Since) -> dict[str, int]:
    from adbc_driver_manager import Error  # noqa: PLC0415  # only sources that use it pay for it
    from adbc_driver_postgresql import StatementOptions, dbapi  # noqa: PLC0415
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    password = spec.password.read(extraction.system) if spec.password else None
    place = _shown(spec)
    try:
        with dbapi.connect(postgresql_url(spec, password)) as connection, connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.adbc_statement.set_options(**{StatementOptions.BATCH_SIZE_HINT_BYTES.value: str(BYTES_AT_ONCE)})
            counts: dict[str, int] = {}
            for name, resource in spec.resources.items():
                place = f"{_shown(spec)}, resource {name},"
                columns = _postgresql_columns(cursor, text_of(query(name, resource, None, None).limit(0), dialect))
                cursor.execute(text_of(query(name, resource, columns, since.get(name)), dialect))
                counts[name] = _write(extraction, name, cursor.fetch_record_batch())
            return counts
    except Error as error:
        refusal = _REFUSALS.get(str(getattr(error, "sqlstate", None) or ""))
        if refusal is None and not str(getattr(error, "sqlstate", None) or "").startswith("42"):
            raise _BrokenError from None
        problem, remedy = refusal or ("cannot be queried as the source's YAML says", "correct its `extract`")
        raise extraction.error(place, problem, remedy) from None
    except OSError:
        raise _BrokenError from None


_REFUSALS = {
    "28P01": ("refuses the user or password", "correct the secret"),
    "28000": ("refuses the user", "correct `user`, or have it admitted"),
    "3D000": ("does not exist", "correct `database`"),
    "42P01": ("does not exist", "correct the source's `resources`, or have the table restored"),
    "42703": ("lacks a column that is asked for", "correct its `cursor` or `query`"),
    "42501": ("may not be read by the user", "have the user granted SELECT on it"),
}
"""SQLSTATE: problem and remedy, for what trying again does not help."""


def _postgresql_columns(cursor: Cursor, empty_query: str) -> list[sa.ColumnElement[Any]]:
    """Return what to select: every column, those of types that Arrow has no name for written out as text."""
    cursor.execute(empty_query)
    return [
        sa.cast(sa.column(field.name), sa.Text()).label(field.name) if _needs_text(field) else sa.column(field.name)
        for field in cursor.fetch_arrow_table().schema
    ]


def _needs_text(field: pa.Field) -> bool:
    metadata = field.metadata or {}
    opaque = isinstance(field.type, pa.OpaqueType)
    return (
        (opaque and metadata.get(b"POSTGRESQL:type") != b"numeric")
        or pa.types.is_interval(field.type)
        or metadata.get(b"POSTGRESQL:type") == b"money"
    )


def _write(extraction: Extraction, name: str, batches: pa.RecordBatchReader) -> int:
    extraction.con.register("sql_row", batches)
    try:
        return extraction.write(name, "SELECT row_number() OVER () AS _row, * FROM sql_row")
    except duckdb.Error as error:
        raise_if_storage(error)
        raise _BrokenError from None
    finally:
        extraction.con.unregister("sql_row")


# Every other dialect


@dataclass(frozen=True)
class Connection:
    """How SQLAlchemy connects: the URL without its password, what the driver is told, and how reads are isolated."""

    driver: str
    default_port: int | None
    isolation: str | None
    arguments: Callable[[Sql], dict[str, Any]]


def _tls_context(spec: Sql) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(spec.ca_file) if spec.ca_file else None)


def _oracle(spec: Sql) -> dict[str, Any]:
    common = {"tcp_connect_timeout": spec.timeout_seconds, "service_name": spec.database}
    if spec.tls == "off":
        return common
    return common | {"protocol": "tcps", "ssl_server_dn_match": True, "ssl_context": _tls_context(spec)}


def _mssql(spec: Sql) -> dict[str, Any]:
    if spec.tls == "off":
        return {"timeout": spec.timeout_seconds, "Encrypt": "no"}
    pinned = {"ServerCertificate": str(spec.ca_file)} if spec.ca_file else {}
    return {
        "timeout": spec.timeout_seconds,
        "Encrypt": "strict" if pinned else "yes",
        "TrustServerCertificate": "no",
        **pinned,
    }


def _mysql(spec: Sql) -> dict[str, Any]:
    limits = {"connect_timeout": spec.timeout_seconds, "read_timeout": spec.timeout_seconds, "charset": "utf8mb4"}
    return limits | ({"ssl_disabled": True} if spec.tls == "off" else {"ssl": _tls_context(spec)})


CONNECTIONS: dict[str, Connection] = {
    "oracle": Connection("oracle+oracledb", 1521, "SERIALIZABLE", _oracle),
    "mssql": Connection("mssql+mssqlpython", 1433, None, _mssql),
    "mysql": Connection("mysql+pymysql", 3306, "REPEATABLE READ", _mysql),
    "sqlite": Connection("sqlite+pysqlite", None, None, lambda _: {"uri": True}),
}


def sqlalchemy_url(spec: Sql, password: str | None) -> sa.URL:
    """Return where SQLAlchemy connects to."""
    connection = CONNECTIONS[spec.dialect]
    database: str | None = spec.database
    if spec.dialect == "sqlite":
        database = f"file:{spec.database}?mode=ro"
    elif spec.dialect == "oracle":
        database = None  # a service name, which is among the driver's arguments
    return sa.URL.create(
        connection.driver, spec.user, password, spec.host, spec.port or connection.default_port, database
    )


@contextmanager
def _connected(extraction: Extraction, spec: Sql) -> Iterator[sa.Connection]:
    password = spec.password.read(extraction.system) if spec.password else None
    connection = CONNECTIONS[spec.dialect]
    try:
        engine = sa.create_engine(
            sqlalchemy_url(spec, password), connect_args=connection.arguments(spec), poolclass=sa.NullPool
        )
    except ModuleNotFoundError:
        raise extraction.error(
            _shown(spec), f"needs the driver of {spec.dialect}", f"install Conjoin with `[{spec.dialect}]`"
        ) from None
    try:
        with engine.connect() as con:
            options = {"isolation_level": connection.isolation} if connection.isolation else {}
            yield con.execution_options(stream_results=True, yield_per=ROWS_AT_ONCE, **options)
    finally:
        engine.dispose()


def _read_through_sqlalchemy(extraction: Extraction, spec: Sql, since: Since) -> dict[str, int]:
    place = _shown(spec)
    try:
        with _connected(extraction, spec) as con:
            counts: dict[str, int] = {}
            for name, resource in spec.resources.items():
                place = f"{_shown(spec)}, resource {name},"
                columns = None
                if resource.query is None:
                    table = sa.Table(
                        resource.table or name, sa.MetaData(), schema=resource.db_schema, autoload_with=con,
                        resolve_fks=False,
                    )  # fmt: skip
                    columns = [landed_column(column, spec.dialect) for column in table.columns]
                statement = query(name, resource, [one for one, _ in columns] if columns else None, since.get(name))
                result = con.execute(statement)
                kinds = [kind for _, kind in columns] if columns else [pa.string()] * len(result.keys())
                schema = pa.schema(list(zip(result.keys(), kinds, strict=True)))
                reader = pa.RecordBatchReader.from_batches(schema, _batches(result, schema))
                counts[name] = _write(extraction, name, reader)
            return counts
    except sa.exc.NoSuchTableError:
        raise extraction.error(place, *_REFUSALS["42P01"]) from None
    except sa.exc.OperationalError as error:
        if spec.dialect == "sqlite" and not error.connection_invalidated:
            raise extraction.error(place, "cannot be read as an SQLite database", "correct `database`") from None
        raise _BrokenError from None
    except (sa.exc.InterfaceError, OSError):
        raise _BrokenError from None
    except sa.exc.SQLAlchemyError as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        problem = f"cannot be queried as the source's YAML says ({kind})"
        raise extraction.error(place, problem, "correct its `extract`, or the user's rights") from None


def landed_column(column: sa.Column[Any], dialect: str) -> tuple[sa.ColumnElement[Any], pa.DataType]:
    """Return what to select of a table's column, and the type it is landed in.

    Whole numbers, floats, truth values, dates, times of day on a date and text keep their type. Exact decimals and all
    other types are written out as text, which loses nothing; so is everything of SQLite, which checks no type.
    """
    kind = column.type
    if dialect == "sqlite":
        return column, pa.string()
    if isinstance(kind, oracle.NUMBER):  # to SQLAlchemy whole and decimal at once
        whole = kind.scale == 0 and (kind.precision or 38) <= 18  # noqa: PLR2004  # the digits of an int64
        landed = pa.int64() if whole else None
    else:
        landed = next((landed for known, landed in _LANDED if isinstance(kind, known)), None)
    if landed is not None:
        return column, landed
    as_text = {"mysql": sa.CHAR(), "mssql": sa.Unicode(LONGEST_TEXT)}.get(dialect, sa.String(LONGEST_TEXT))
    return sa.cast(column, as_text).label(column.name), pa.string()


_LANDED: tuple[tuple[type[sa.types.TypeEngine[Any]], pa.DataType], ...] = (
    (sa.Boolean, pa.bool_()),
    (sa.Integer, pa.int64()),
    (sa.DateTime, pa.timestamp("us")),
    (sa.Date, pa.date32()),
    (sa.Float, pa.float64()),
    (sa.String, pa.string()),
    (sa.LargeBinary, pa.binary()),
)


def _batches(result: sa.CursorResult[Any], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for rows in result.partitions(ROWS_AT_ONCE):
        columns = zip(*rows, strict=True)
        arrays = [
            pa.array([_text(value) for value in column], pa.string()) if pa.types.is_string(field.type)
            else pa.array(column, field.type)
            for column, field in zip(columns, schema, strict=True)
        ]  # fmt: skip
        yield pa.record_batch(arrays, schema=schema)


def _text(value: Any) -> str | None:  # noqa: ANN401  # whatever a driver gives
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    return str(value)
