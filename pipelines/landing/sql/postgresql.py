"""Reading PostgreSQL through ADBC: rows come as Arrow, and the server writes as text whatever Arrow cannot hold."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from pipelines.landing.sql.reading import (
    BrokenError,
    Position,
    Since,
    check_names,
    cursor_among,
    judged,
    query,
    text_of,
    write,
)

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Cursor

    from pipelines.landing.extraction import Extraction
    from pipelines.source.extract import Sql

BYTES_AT_ONCE = 4 * 1024 * 1024


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
        # Where the system keeps its certificates, Python knows on more systems than libpq's `system`.
        options["sslrootcert"] = str(spec.ca_file or ssl.get_default_verify_paths().cafile or "system")
    url = sa.URL.create("postgresql", spec.user, password, spec.host, spec.port or 5432, spec.database, query=options)
    return url.render_as_string(hide_password=False)


_SESSION = (
    # What is written out as text is the same whatever the server's settings.
    "SET timezone = 'UTC'",
    "SET datestyle = 'ISO, YMD'",
    "SET intervalstyle = 'postgres'",
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
)


def read_postgresql(extraction: Extraction, spec: Sql, since: Since, place: Position) -> dict[str, int]:
    """Write every resource and return the number of rows of each.

    Raises:
        BrokenError: the connection could not be made, or broke.
        RefusedError: trying again would not help.
    """
    from adbc_driver_manager import Error  # noqa: PLC0415  # only sources that use it pay for it
    from adbc_driver_postgresql import StatementOptions, dbapi  # noqa: PLC0415

    # A style of parameters under which `%` stays as it is: the text is sent without any.
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    password = spec.password.read(extraction.system) if spec.password else None
    try:
        with dbapi.connect(postgresql_url(spec, password)) as connection, connection.cursor() as cursor:
            for setting in _SESSION:
                cursor.execute(setting)
            cursor.adbc_statement.set_options(**{StatementOptions.BATCH_SIZE_HINT_BYTES.value: str(BYTES_AT_ONCE)})
            counts: dict[str, int] = {}
            for name, resource in spec.resources.items():
                place.resource = name
                empty = query(name, resource, None, None, spec.dialect).limit(0)
                columns = _postgresql_columns(extraction, cursor, text_of(empty, dialect))
                statement = query(name, resource, columns, since.get(name), spec.dialect)
                cursor.execute(text_of(statement, dialect))
                # What `fetch_record_batch` gives leaves out the SQLSTATE of an error that comes midway.
                reader = cursor._results.reader  # noqa: SLF001  # there is no public name for it
                numerics = [column.name for column in reader.schema if isinstance(column.type, pa.OpaqueType)]
                decimals = cursor_among(resource, numerics)
                counts[name] = write(extraction, name, reader.schema, reader, decimals)
            return counts
    except Error as error:
        # libpq gives no SQLSTATE of a connection that does not come about.
        said = next((state for words, state in _SAID if words in str(error)), None)
        raise judged(error.sqlstate or said) from None
    except OSError:
        raise BrokenError from None


_SAID = (
    ("certificate file", "no CA"), ("certificate verify failed", "untrusted"), ("not match host name", "untrusted"),
    ("does not support SSL", "no TLS"), ("password authentication failed", "28P01"), ("no password supplied", "28P01"),
    ("pg_hba.conf", "28000"), ('role "', "28000"), ("permission denied for database", "28000"),
    ("does not exist", "3D000"),
)  # fmt: skip
"""What libpq says if no connection is made, for which it gives no SQLSTATE; the first match counts."""


def _postgresql_columns(extraction: Extraction, cursor: Cursor, empty_query: str) -> list[sa.ColumnElement[Any]]:
    """Return what to select: every column, those of types that Arrow cannot hold written out so that it can."""
    cursor.execute(empty_query)
    schema = cursor.fetch_arrow_table().schema
    check_names(extraction, schema.names)
    return [_postgresql_column(field) for field in schema]


def _postgresql_column(field: pa.Field) -> sa.ColumnElement[Any]:
    kind = (field.metadata or {}).get(b"POSTGRESQL:type")
    column: sa.ColumnClause[Any] = sa.column(field.name)
    if kind == b"money":
        return sa.cast(column, sa.Numeric()).label(field.name)
    if kind == b"oid":
        return sa.cast(column, sa.BigInteger()).label(field.name)
    if pa.types.is_nested(field.type):  # Arrow's lists lose the shape of arrays of more than one dimension
        return sa.cast(sa.func.to_json(column), sa.Text()).label(field.name)
    if pa.types.is_interval(field.type) or (isinstance(field.type, pa.OpaqueType) and kind != b"numeric"):
        return sa.cast(column, sa.Text()).label(field.name)
    return column
