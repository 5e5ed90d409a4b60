"""Reading every database but PostgreSQL, through SQLAlchemy and the database's own driver."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle

from pipelines.landing.sql.reading import (
    BrokenError,
    Position,
    RefusedError,
    Since,
    cursor_among,
    judged,
    query,
    refused,
    write,
)

if TYPE_CHECKING:
    from pipelines.landing.extraction import Extraction
    from pipelines.source.extract import Sql

LandedColumn = tuple["sa.ColumnClause[Any] | sa.Label[Any]", pa.DataType]
"""What is selected of a column, and the type that it is landed in."""

ROWS_AT_ONCE = 20_000
ORACLE_TEXT = 4000
"""Characters to which Oracle is asked to write a value out as text: its own limit."""


@dataclass(frozen=True)
class Connection:
    """How SQLAlchemy connects: its driver, its arguments, and how reads are isolated."""

    driver: str
    default_port: int | None
    isolation: str | None
    arguments: Callable[[Sql], dict[str, Any]]
    engine: Mapping[str, Any] = field(default_factory=dict)


def _tls_context(spec: Sql) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(spec.ca_file) if spec.ca_file else None)
    except OSError:
        raise refused("no CA") from None


def _oracle(spec: Sql) -> dict[str, Any]:
    # All of the address is told here: of a URL's, SQLAlchemy makes one without TLS. 2484 is Oracle's port for TLS.
    address = {
        "host": spec.host,
        "port": spec.port or (1521 if spec.tls == "off" else 2484),
        "service_name": spec.database,
        "tcp_connect_timeout": spec.timeout_seconds,
    }
    if spec.tls == "off":
        return address
    return address | {"protocol": "tcps", "ssl_server_dn_match": True, "ssl_context": _tls_context(spec)}


def _mssql(spec: Sql) -> dict[str, Any]:
    if spec.tls == "off":
        return {"timeout": spec.timeout_seconds, "Encrypt": "no"}
    # The driver cannot be given an authority, but the very certificate of the server, and that under `strict` alone.
    pinned = {"ServerCertificate": str(spec.ca_file)} if spec.ca_file else {}
    encrypt = "strict" if pinned else "yes"
    return {"timeout": spec.timeout_seconds, "Encrypt": encrypt, "TrustServerCertificate": "no", **pinned}


def _mysql(spec: Sql) -> dict[str, Any]:
    common = {
        "connect_timeout": spec.timeout_seconds,
        "read_timeout": spec.timeout_seconds,
        "charset": "utf8mb4",
        "init_command": "SET time_zone = '+00:00'",  # so that a TIMESTAMP is given in UTC
    }
    return common | ({"ssl_disabled": True} if spec.tls == "off" else {"ssl": _tls_context(spec)})


CONNECTIONS: dict[str, Connection] = {
    "oracle": Connection("oracle+oracledb", None, "SERIALIZABLE", _oracle),
    # By its style of parameters SQLAlchemy would double every `%` of a query, and this driver would not undo it.
    "mssql": Connection("mssql+mssqlpython", 1433, None, _mssql, {"paramstyle": "qmark"}),
    "mysql": Connection("mysql+pymysql", 3306, "REPEATABLE READ", _mysql),
    "sqlite": Connection("sqlite+pysqlite", None, None, lambda _: {}),
}


def sqlalchemy_url(spec: Sql, password: str | None) -> sa.URL:
    """Return where SQLAlchemy connects to."""
    driver = CONNECTIONS[spec.dialect].driver
    if spec.dialect == "sqlite":
        file = Path(spec.database).absolute().as_uri()
        return sa.URL.create(driver, database=file, query={"mode": "ro", "uri": "true"})
    if spec.dialect == "oracle":
        return sa.URL.create(driver, spec.user, password)
    port = spec.port or CONNECTIONS[spec.dialect].default_port
    return sa.URL.create(driver, spec.user, password, spec.host, port, spec.database)


def engine_for(spec: Sql, password: str | None) -> sa.Engine:
    """Return SQLAlchemy's engine for a database.

    Raises:
        RefusedError: its driver is not installed, or `ca_file` cannot be read.
    """
    connection = CONNECTIONS[spec.dialect]
    try:
        return sa.create_engine(
            sqlalchemy_url(spec, password),
            connect_args=connection.arguments(spec),
            poolclass=sa.NullPool,
            hide_parameters=True,
            **connection.engine,
        )
    except ModuleNotFoundError:
        problem, remedy = f"needs the driver of {spec.dialect}", f"install Conjoin with `[{spec.dialect}]`"
        raise RefusedError(problem, remedy) from None


@contextmanager
def _connected(extraction: Extraction, spec: Sql) -> Iterator[sa.Connection]:
    engine = engine_for(spec, spec.password.read(extraction.system) if spec.password else None)
    isolation = CONNECTIONS[spec.dialect].isolation
    options: dict[str, Any] = {"isolation_level": isolation} if isolation else {}
    try:
        with engine.connect() as con:
            if spec.dialect == "sqlite":  # Python's driver begins no transaction of its own for what only reads
                con.exec_driver_sql("BEGIN")
            yield con.execution_options(stream_results=True, yield_per=ROWS_AT_ONCE, **options)
    finally:
        engine.dispose()


def read_through_sqlalchemy(extraction: Extraction, spec: Sql, since: Since, place: Position) -> dict[str, int]:
    """Write every resource and return the number of rows of each.

    Raises:
        BrokenError: the connection could not be made, or broke.
        RefusedError: trying again would not help.
    """
    try:
        with _connected(extraction, spec) as con:
            counts: dict[str, int] = {}
            for name, resource in spec.resources.items():
                place.resource = name
                columns: list[LandedColumn] = []
                if resource.query is None:
                    table = sa.Table(
                        resource.table or name,
                        sa.MetaData(),
                        schema=resource.db_schema,
                        autoload_with=con,
                        resolve_fks=False,
                    )
                    columns = [landed_column(column, spec.dialect) for column in table.columns]
                asked = query(name, resource, [column for column, _ in columns], since.get(name), spec.dialect)
                result = con.execute(asked)
                described = result.cursor.description or ()
                kinds = [kind for _, kind in columns] or [landed_as_described(column[1]) for column in described]
                schema = pa.schema(list(zip(result.keys(), kinds, strict=True)))
                decimals = cursor_among(
                    resource, [column.name for column, _ in columns if isinstance(column.type, sa.Numeric)]
                )
                counts[name] = write(extraction, name, schema, _batches(extraction, result, schema), decimals)
            return counts
    except sa.exc.NoSuchTableError:
        raise refused("42P01") from None
    except sa.exc.DBAPIError as error:
        raise judged_by_driver(error, spec.dialect) from None
    except OSError:
        raise BrokenError from None
    except sa.exc.SQLAlchemyError as error:
        raise RefusedError(f"cannot be queried ({type(error).__name__})", "correct the source's `extract`") from None


_CODES: dict[str, dict[Any, str]] = {
    "mysql": {1045: "28P01", 1698: "28P01", 1044: "28000", 1049: "3D000", 1146: "42P01", 1054: "42703", 1142: "42501",
              1143: "42501", 3024: "57014"},
    "oracle": {"ORA-01017": "28P01", "ORA-28000": "28000", "ORA-01045": "28000", "DPY-6001": "3D000",
               "ORA-12514": "3D000", "ORA-00942": "42P01", "ORA-00904": "42703", "ORA-01031": "42501",
               "ORA-08177": "40001", "ORA-01555": "40001", "DPY-4011": "08006", "DPY-1001": "08003",
               "ORA-03113": "08006", "ORA-03114": "08006", "ORA-03135": "08006", "ORA-01089": "57P01"},
    "mssql": {"Invalid authorization specification": "28P01", "Base table or view not found": "42P01",
              "Column not found": "42703", "Serialization failure": "40001"},
    "sqlite": {"SQLITE_NOTADB": "not SQLite", "SQLITE_CORRUPT": "not SQLite", "SQLITE_CANTOPEN": "not SQLite",
               "SQLITE_BUSY": "55006", "SQLITE_ERROR": "42000"},
}  # fmt: skip
"""What a driver calls an error, and PostgreSQL's name for it."""


def judged_by_driver(error: sa.exc.DBAPIError, dialect: str) -> BrokenError | RefusedError:
    """Return the error for a driver's error: one that a retry may help, or one that it cannot."""
    said: Any = error.orig
    first = said.args[0] if said is not None and said.args else None
    code: Any = {
        "mysql": first,
        "oracle": getattr(first, "full_code", None),
        "mssql": getattr(said, "driver_error", None),
        "sqlite": getattr(said, "sqlite_errorname", None),
    }[dialect]
    state = _CODES[dialect].get(code)
    if state is None and "certificate verify failed" in str(said).casefold():
        state = "untrusted"
    if state is None and (
        dialect == "sqlite" or not isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)
    ):
        state = "42000" if isinstance(error, sa.exc.ProgrammingError) else type(said).__name__
    return judged(state)


def landed_column(column: sa.Column[Any], dialect: str) -> LandedColumn:
    """Return what to select for a table's column, and the type in which it is landed.

    Whole numbers, floats, truth values, dates, times of day on a date and text keep their type; a time with an offset
    is landed in UTC. Exact decimals and all other types become text, which loses nothing; so does everything of SQLite,
    which checks no type.
    """
    name, kind = column.name, column.type
    plain: sa.ColumnClause[Any] = sa.column(name, kind)
    if dialect == "sqlite":
        return sa.column(name), pa.string()
    special = _special(name, kind)
    if special is not None:
        return special
    landed = next((landed for known, landed in _LANDED if isinstance(kind, known)), None)
    if landed is not None:
        return plain, pa.uint64() if landed == pa.int64() and getattr(kind, "unsigned", False) else landed
    as_text = {"mysql": sa.CHAR(), "mssql": sa.Unicode()}.get(dialect, sa.String(ORACLE_TEXT))
    return sa.cast(plain, as_text).label(name), pa.string()


def _special(name: str, kind: sa.types.TypeEngine[Any]) -> LandedColumn | None:
    """Return what to select for a column whose type SQLAlchemy or the driver would not keep exactly."""
    selected: LandedColumn | None = None
    if isinstance(kind, oracle.TIMESTAMP) and (kind.timezone or kind.local_timezone):
        # The driver leaves the offset out.
        in_utc = sa.func.sys_extract_utc(sa.column(name), type_=sa.DateTime())
        selected = in_utc.label(name), pa.timestamp("us", "UTC")
    elif isinstance(kind, mysql.SET):  # SQLAlchemy makes a Python set of it, in any order
        selected = sa.column(name), pa.string()
    elif isinstance(kind, sa.Enum):  # and refuses a value that the type does not name
        selected = sa.column(name, sa.String()), pa.string()
    elif isinstance(kind, oracle.FLOAT):  # a decimal number for all its name
        selected = sa.column(name, sa.Numeric()), pa.string()
    elif isinstance(kind, oracle.NUMBER):  # to SQLAlchemy whole and decimal at once
        whole = kind.scale == 0 and (kind.precision or 38) <= 18  # noqa: PLR2004  # the digits of an int64
        selected = (sa.column(name, sa.Integer()), pa.int64()) if whole else (sa.column(name, kind), pa.string())
    return selected


_LANDED: tuple[tuple[Any, pa.DataType], ...] = (
    (sa.Boolean, pa.bool_()),
    (sa.Integer, pa.int64()),
    (mssql.DATETIMEOFFSET, pa.timestamp("us", "UTC")),
    (sa.DateTime, pa.timestamp("us")),
    (sa.Date, pa.date32()),
    (sa.Float, pa.float64()),
    (sa.String, pa.string()),
    (sa.LargeBinary | sa.BINARY | sa.VARBINARY | oracle.RAW | mssql.TIMESTAMP, pa.binary()),
    (mysql.TINYBLOB | mysql.MEDIUMBLOB | mysql.LONGBLOB, pa.binary()),
    # Written out here, as the databases themselves would round them.
    (sa.Numeric | mssql.MONEY | mssql.SMALLMONEY | mysql.BIT, pa.string()),
)


def landed_as_described(code: Any) -> pa.DataType:  # noqa: ANN401  # each driver has its own
    """Return the type in which a column of a `query` is landed, from the driver's name for its type.

    All is text but a time of day on a date, so that a cursor is compared as what it is.
    """
    # pymysql gives MySQL's numbers (7 TIMESTAMP, 12 DATETIME), mssql-python Python's types, oracledb objects.
    oracles = {"DB_TYPE_DATE", "DB_TYPE_TIMESTAMP"}
    moment = code in (7, 12) or code is datetime or getattr(code, "name", None) in oracles
    return pa.timestamp("us") if moment else pa.string()


def _batches(extraction: Extraction, result: sa.CursorResult[Any], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for rows in result.partitions(ROWS_AT_ONCE):
        columns = zip(*rows, strict=True)
        arrays = [_array(extraction, *column) for column in zip(columns, schema, strict=True)]
        yield pa.record_batch(arrays, schema=schema)


def _array(extraction: Extraction, values: tuple[Any, ...], column: pa.Field) -> pa.Array:
    try:
        if pa.types.is_string(column.type):
            return pa.array([_text(value) for value in values], column.type)
        return pa.array(values, column.type)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        problem = f"holds a value in {extraction.names.one(column.name)} that its type {column.type} does not"
        raise RefusedError(problem, "have it corrected, or cast the column to text in a `query`") from None


def _text(value: Any) -> str | None:  # noqa: ANN401  # whatever a driver gives
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    return str(value)
