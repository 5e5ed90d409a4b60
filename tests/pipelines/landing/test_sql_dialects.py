"""Databases but PostgreSQL: SQLite is read for real; of the others, what is sent and understood without a server."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import mssql_python
import oracledb
import pyarrow as pa
import pymysql  # type: ignore[import-untyped]  # it ships no types
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle

from pipelines.errors import SourceError
from pipelines.landing.land import land
from pipelines.landing.manifest import Load
from pipelines.landing.sql.others import engine_for, judged_by_driver, landed_as_described, landed_column
from pipelines.landing.sql.reading import BrokenError, RefusedError, query, text_of
from pipelines.settings import Settings
from pipelines.source.extract import Sql
from pipelines.source.extract.sql import SqlResource
from tests.pipelines.landing.sql_servers import NIGHT, Resources, parquet_rows, sql_spec

ORACLE, MSSQL, MYSQL = cast("tuple[Any, Any, Any]", (oracle, mssql, mysql))  # whose types have no annotations
SAMPLE = Path("sample_data") / "small" / "night-1" / "nomis" / "nomis.sqlite"


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    path = tmp_path / "a b %41 ?#.sqlite"
    with closing(sqlite3.connect(path)) as con:
        con.execute('CREATE TABLE offenders (id INTEGER, born DATE, "Odd col" DATETIME, sum DECIMAL(10,2), photo BLOB)')
        con.executemany(
            "INSERT INTO offenders VALUES (?, ?, ?, ?, ?)",
            [(1, "01/02/1980", "2026-03-01 12:00:00", 1.5, b"\x00\xff"), (2, None, "unknown", "n/a", None)],
        )
        con.execute("CREATE TABLE empty (id INTEGER)")
        con.execute("CREATE VIEW some AS SELECT id FROM offenders WHERE id = 2")
        con.commit()
    return path


def land_sqlite(path: Path, resources: Resources, home: Path) -> tuple[Load, Settings]:
    spec = sql_spec({"format": "sql", "dialect": "sqlite", "database": str(path), "resources": resources, "retries": 0})
    settings = Settings(home=home, as_of=NIGHT)
    return land("nomis", spec, settings), settings


def test_an_sqlite_file_is_landed_as_the_text_it_holds(sqlite_file: Path, tmp_path: Path) -> None:
    query = "SELECT id, ':x' AS c FROM offenders -- all of them"
    resources = {"offenders": {}, "empty": {}, "some": {}, "asked": {"query": query}}
    load, settings = land_sqlite(sqlite_file, resources, tmp_path / "home")
    assert load.rows == {"offenders": 2, "empty": 0, "some": 1, "asked": 2}
    folder = settings.landing / "nomis" / load.load_id
    assert parquet_rows(folder / "offenders.parquet", "* EXCLUDE (_row)") == [
        ("1", "01/02/1980", "2026-03-01 12:00:00", "1.5", "00ff"),
        ("2", None, "unknown", "n/a", None),
    ]
    assert parquet_rows(folder / "asked.parquet", "* EXCLUDE (_row)") == [("1", ":x"), ("2", ":x")]
    assert load.columns["empty"] == {"id": "VARCHAR"}


def test_the_sample_as_sqlite_is_landed_row_for_row(tmp_path: Path) -> None:
    with closing(sqlite3.connect(SAMPLE)) as con:
        tables = [name for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        load, settings = land_sqlite(SAMPLE.absolute(), tables, tmp_path / "home")
        for table in tables:
            held = con.execute(f'SELECT * FROM "{table}"').fetchall()
            as_text = [tuple(None if value is None else str(value) for value in row) for row in held]
            path = settings.landing / "nomis" / load.load_id / f"{table}.parquet"
            assert parquet_rows(path, "* EXCLUDE (_row)") == as_text


def test_a_cursor_of_text_is_asked_from_as_the_source_writes_it(sqlite_file: Path, tmp_path: Path) -> None:
    resources = {"some": {"load": "changes", "key": "id", "cursor": "changed_at", "table": "changed"}}
    for row in ("1, '2026-03-08 12:00:00'", "2, '2026-03-08 13:00:00'"):
        with closing(sqlite3.connect(sqlite_file)) as con:
            con.execute("CREATE TABLE IF NOT EXISTS changed (id INTEGER, changed_at TEXT)")
            con.execute(f"INSERT INTO changed VALUES ({row})")
            con.commit()
        load, _ = land_sqlite(sqlite_file, resources, tmp_path / "home")
    assert load.rows == {"some": 2}


@pytest.mark.parametrize(
    ("resources", "problem"),
    [
        (["absent"], "resource absent (table absent), does not exist"),
        ({"one": {"query": "SELECT forename FROM offenders"}}, "resource one (a query), cannot be queried"),
    ],
)
def test_what_an_sqlite_file_lacks_is_named(
    sqlite_file: Path, tmp_path: Path, resources: Resources, problem: str
) -> None:
    with pytest.raises(SourceError, match=re.escape(problem)):
        land_sqlite(sqlite_file, resources, tmp_path / "home")


@pytest.mark.parametrize("content", [None, b"rubbish" * 1000])
def test_what_is_no_sqlite_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "nomis.sqlite"
    if content:
        path.write_bytes(content)
    problem = r"nomis\.sqlite.* cannot be read as an SQLite database; .*`database` names it\.$"
    with pytest.raises(SourceError, match=problem):
        land_sqlite(path, ["offenders"], tmp_path / "home")
    assert path.exists() == (content is not None)


# Oracle, SQL Server and MySQL, as far as it goes without a server.


def spec_of(dialect: str, **changes: Any) -> Sql:
    given = {
        "format": "sql", "dialect": dialect, "host": "127.0.0.1", "port": 1, "database": "NOMIS", "user": "reader",
        "retries": 0, "timeout_seconds": 7, "resources": ["offenders"],
    }  # fmt: skip
    return sql_spec(given | changes)


DIALECTS = ["oracle", "mssql", "mysql"]
TABLE: dict[str, Any] = {"schema": "OMS_OWNER", "table": "Odd Table"}


def sent(dialect: str, resource: dict[str, Any], since: Any, columns: list[Any] | None = None) -> str:  # noqa: ANN401  # a cursor is of any type
    statement = query("offenders", SqlResource.model_validate(resource), columns, since, dialect)
    return " ".join(text_of(statement, engine_for(spec_of(dialect), None).dialect).split())


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("oracle", 'SELECT id, "Odd ""col" FROM "OMS_OWNER"."Odd Table"'),
        ("mssql", 'SELECT id, [Odd "col] FROM [OMS_OWNER].[Odd Table]'),
        ("mysql", 'SELECT id, `Odd "col` FROM `OMS_OWNER`.`Odd Table`'),
    ],
)
def test_names_are_quoted_as_the_database_does(dialect: str, text: str) -> None:
    assert sent(dialect, TABLE, None, [sa.column("id"), sa.column('Odd "col')]) == text


MOMENT = datetime(2026, 3, 1, 12, 0, 0, 5)  # noqa: DTZ001  # as a column without an offset gives it


@pytest.mark.parametrize(
    ("dialect", "since", "bound"),
    [
        ("oracle", MOMENT, "TO_TIMESTAMP('2026-03-01 12:00:00.000005', 'YYYY-MM-DD HH24:MI:SS.FF')"),
        ("oracle", MOMENT.replace(tzinfo=UTC),
         "TO_TIMESTAMP_TZ('2026-03-01 12:00:00.000005+00:00', 'YYYY-MM-DD HH24:MI:SS.FFTZH:TZM')"),
        ("oracle", date(2026, 3, 1), "DATE '2026-03-01'"),
        ("mssql", MOMENT, "CAST('2026-03-01T12:00:00.000005' AS DATETIME2)"),
        ("mssql", MOMENT.replace(tzinfo=UTC), "CAST('2026-03-01T12:00:00.000005+00:00' AS DATETIMEOFFSET)"),
        ("mssql", date(2026, 3, 1), "CAST('2026-03-01' AS DATE)"),
        ("mssql", bytes.fromhex("00000000000007d1"), "0x00000000000007d1"),
        ("mssql", "O'Neil", "N'O''Neil'"),
        ("mysql", MOMENT, "'2026-03-01 12:00:00.000005'"),
        ("mysql", date(2026, 3, 1), "DATE '2026-03-01'"),
        *((dialect, 77, "77") for dialect in DIALECTS),
        *((dialect, Decimal("7.50"), "7.50") for dialect in DIALECTS),
    ],
)  # fmt: skip
def test_a_cursor_is_asked_from_whatever_its_type(dialect: str, since: Any, bound: str) -> None:  # noqa: ANN401  # see above
    asked = sent(dialect, TABLE | {"cursor": "changed_at"}, since)
    assert asked.partition(" WHERE ")[2] == f"changed_at >= {bound}"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_query_is_sent_as_it_is_written(dialect: str) -> None:
    given = "SELECT id FROM a WHERE b LIKE '%x' AND c = ':id' AND d = '12:30' AND e::text = 'f';"
    asked = sent(dialect, {"query": given, "cursor": "id"}, 7)
    if dialect == "mysql":  # whose driver puts parameters in by `%`, and makes one of two
        asked = asked % ()
    assert asked == f"SELECT * FROM ({given.rstrip(';')} ) conjoin_query WHERE id >= 7"


TEXT, WHOLE, MICROSECONDS = pa.string(), pa.int64(), pa.timestamp("us")


@pytest.mark.parametrize(
    ("dialect", "kind", "landed", "selected"),
    [
        ("oracle", ORACLE.NUMBER(10, 0), WHOLE, "c"),
        ("oracle", ORACLE.NUMBER(19, 0), TEXT, "c"),
        ("oracle", ORACLE.NUMBER(10, 2), TEXT, "c"),
        ("oracle", ORACLE.NUMBER(), TEXT, "c"),
        ("oracle", ORACLE.FLOAT(), TEXT, "c"),
        ("oracle", ORACLE.BINARY_DOUBLE(), pa.float64(), "c"),
        ("oracle", ORACLE.DATE(), MICROSECONDS, "c"),
        ("oracle", ORACLE.TIMESTAMP(), MICROSECONDS, "c"),
        ("oracle", ORACLE.TIMESTAMP(timezone=True), pa.timestamp("us", "UTC"), "sys_extract_utc(c) AS c"),
        ("oracle", ORACLE.CLOB(), TEXT, "c"),
        ("oracle", ORACLE.VARCHAR2(30), TEXT, "c"),
        ("oracle", ORACLE.RAW(16), pa.binary(), "c"),
        ("oracle", ORACLE.BLOB(), pa.binary(), "c"),
        ("oracle", ORACLE.INTERVAL(), TEXT, "CAST(c AS VARCHAR2(4000 CHAR)) AS c"),
        ("mssql", MSSQL.DATETIME2(), MICROSECONDS, "c"),
        ("mssql", MSSQL.DATETIMEOFFSET(), pa.timestamp("us", "UTC"), "c"),
        ("mssql", MSSQL.DATE(), pa.date32(), "c"),
        ("mssql", MSSQL.TIME(), TEXT, "CAST(c AS NVARCHAR(max)) AS c"),
        ("mssql", MSSQL.DECIMAL(10, 2), TEXT, "c"),
        ("mssql", MSSQL.MONEY(), TEXT, "c"),  # the server's own text of it has two decimals of four
        ("mssql", MSSQL.FLOAT(), pa.float64(), "c"),
        ("mssql", MSSQL.UNIQUEIDENTIFIER(), TEXT, "CAST(c AS NVARCHAR(max)) AS c"),
        ("mssql", MSSQL.BIT(), pa.bool_(), "c"),
        ("mssql", MSSQL.BIGINT(), WHOLE, "c"),
        ("mssql", MSSQL.NVARCHAR(50), TEXT, "c"),
        ("mssql", MSSQL.XML(), TEXT, "c"),
        ("mssql", MSSQL.VARBINARY(16), pa.binary(), "c"),
        ("mssql", MSSQL.ROWVERSION(), pa.binary(), "c"),
        ("mysql", MYSQL.DECIMAL(10, 2), TEXT, "c"),
        ("mysql", MYSQL.TINYINT(1), WHOLE, "c"),
        ("mysql", MYSQL.BIGINT(unsigned=True), pa.uint64(), "c"),
        ("mysql", MYSQL.DATETIME(), MICROSECONDS, "c"),
        ("mysql", MYSQL.DATE(), pa.date32(), "c"),
        ("mysql", MYSQL.TIME(), TEXT, "CAST(c AS CHAR) AS c"),
        ("mysql", MYSQL.ENUM("a", "b"), TEXT, "c"),
        ("mysql", MYSQL.SET("a", "b"), TEXT, "c"),
        ("mysql", MYSQL.JSON(), TEXT, "CAST(c AS CHAR) AS c"),
        ("mysql", MYSQL.LONGBLOB(), pa.binary(), "c"),
        ("mysql", sa.BLOB(), pa.binary(), "c"),
        ("mysql", MYSQL.BIT(8), TEXT, "c"),
        ("mysql", MYSQL.DOUBLE(), pa.float64(), "c"),
    ],
)
def test_a_type_is_landed_as_what_holds_it_exactly(
    dialect: str, kind: sa.types.TypeEngine[Any], landed: pa.DataType, selected: str
) -> None:
    column, found = landed_column(sa.Column("c", kind), dialect)
    assert found == landed
    assert sent(dialect, {}, None, [column]) == f"SELECT {selected} FROM offenders"


@pytest.mark.parametrize(
    ("code", "landed"),
    [(oracledb.DB_TYPE_TIMESTAMP, MICROSECONDS), (oracledb.DB_TYPE_DATE, MICROSECONDS), (oracledb.DB_TYPE_NUMBER, TEXT),
     (oracledb.DB_TYPE_VARCHAR, TEXT), (pymysql.constants.FIELD_TYPE.DATETIME, MICROSECONDS),
     (pymysql.constants.FIELD_TYPE.TIMESTAMP, MICROSECONDS), (pymysql.constants.FIELD_TYPE.VAR_STRING, TEXT),
     (datetime, MICROSECONDS), (str, TEXT), (None, TEXT)],
)  # fmt: skip
def test_times_of_a_query_are_landed_as_times(code: Any, landed: pa.DataType) -> None:  # noqa: ANN401  # each driver has its own
    assert landed_as_described(code) == landed


def told(dialect: str, **changes: Any) -> dict[str, Any]:
    """Return what a driver is given to connect by."""
    engine = engine_for(spec_of(dialect, **changes), "hunter2")
    assert "hunter2" not in repr(engine) + str(engine.url)
    arguments: dict[str, Any] = {}

    @sa.event.listens_for(engine, "do_connect")
    def listen(_dialect: object, _record: object, given: list[Any], named: dict[str, Any]) -> None:
        arguments.update(named, given=given)
        raise OSError

    with pytest.raises(OSError, match=r"^$"):
        engine.connect()
    return arguments


def test_oracle_is_told_to_verify_the_server_unless_tls_is_off() -> None:
    verified = told("oracle", port=None)
    assert {name: verified[name] for name in ("host", "port", "service_name", "protocol", "ssl_server_dn_match")} == {
        "host": "127.0.0.1", "port": 2484, "service_name": "NOMIS", "protocol": "tcps", "ssl_server_dn_match": True,
    }  # fmt: skip
    assert (verified["tcp_connect_timeout"], verified["ssl_context"].check_hostname) == (7, True)
    parameters = oracledb.ConnectParams(**{
        name: value for name, value in verified.items() if name not in {"given", "password"}
    })  # fmt: skip
    assert "(PROTOCOL=tcps)(HOST=127.0.0.1)(PORT=2484)" in parameters.get_connect_string()
    assert "(SERVICE_NAME=NOMIS)" in parameters.get_connect_string()
    off = told("oracle", port=None, tls="off")
    assert (off["port"], "protocol" in off) == (1521, False)


def test_sql_server_is_told_to_verify_the_server_unless_tls_is_off(tmp_path: Path) -> None:
    verified = told("mssql")
    assert verified["given"] == ["Server=127.0.0.1,1;Database=NOMIS;UID=reader;PWD=hunter2"]
    assert (verified["Encrypt"], verified["TrustServerCertificate"], verified["timeout"]) == ("yes", "no", 7)
    pinned = told("mssql", ca_file=tmp_path / "server.pem")
    assert (pinned["Encrypt"], pinned["ServerCertificate"]) == ("strict", str(tmp_path / "server.pem"))
    assert told("mssql", tls="off")["Encrypt"] == "no"


def test_mysql_is_told_to_verify_the_server_unless_tls_is_off() -> None:
    verified = told("mysql")
    assert (verified["host"], verified["port"], verified["database"]) == ("127.0.0.1", 1, "NOMIS")
    assert (verified["connect_timeout"], verified["ssl"].check_hostname) == (7, True)
    assert "time_zone = '+00:00'" in verified["init_command"]
    off = told("mysql", tls="off")
    assert (off["ssl_disabled"], "ssl" in off) == (True, False)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("tls", ["verify", "off"])
def test_a_server_that_is_not_there_is_named(
    dialect: str, tls: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOMIS_PASSWORD", "hunter2")
    spec = spec_of(dialect, tls=tls, password={"env": "NOMIS_PASSWORD"})
    with pytest.raises(SourceError) as error:
        land("nomis", spec, Settings(home=tmp_path / "home", as_of=NIGHT))
    assert str(error.value) == (
        "nomis: the database NOMIS on 127.0.0.1 could not be reached or broke off;"
        " check that the server is up and run again."
    )


@pytest.mark.parametrize("dialect", ["oracle", "mysql"])
def test_a_file_of_authorities_that_is_not_there_is_named(dialect: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="file of trusted certificates cannot be read; correct `ca_file`"):
        land("nomis", spec_of(dialect, ca_file=tmp_path / "no.pem"), Settings(home=tmp_path / "home", as_of=NIGHT))


def ora(code: str) -> oracledb.DatabaseError:
    return oracledb.DatabaseError(SimpleNamespace(full_code=code))


@pytest.mark.parametrize(
    ("dialect", "said", "problem"),
    [
        ("mysql", pymysql.err.OperationalError(1045, "Access denied"), "refuses the user or password"),
        ("mysql", pymysql.err.OperationalError(1054, "Unknown column"), "lacks a column that is asked for"),
        ("mysql", pymysql.err.OperationalError(2013, "Lost connection"), None),
        (
            "mysql",
            pymysql.err.ProgrammingError(1064, "near 'SMITH'"),
            "cannot be queried as the source's YAML says (42000)",
        ),
        ("mysql", pymysql.err.OperationalError(2003, "certificate verify failed"), "does not prove by its certificate"),
        ("oracle", ora("ORA-01017"), "refuses the user or password"),
        ("oracle", ora("ORA-00942"), "does not exist, or is hidden from the user"),
        ("oracle", ora("ORA-08177"), None),
        ("oracle", ora("DPY-4011"), None),  # the connection was closed midway
        ("oracle", ora("ORA-01722"), "gives an error of its own when it is read (DatabaseError)"),
        (
            "mssql",
            mssql_python.OperationalError("Invalid authorization specification", ""),
            "refuses the user or password",
        ),
        ("mssql", mssql_python.ProgrammingError("Column not found", ""), "lacks a column that is asked for"),
        ("mssql", mssql_python.OperationalError("Communication link failure", ""), None),
    ],
)
def test_what_a_driver_says_is_understood_by_its_code(dialect: str, said: Exception, problem: str | None) -> None:
    wrapped = getattr(sa.exc, type(said).__name__)("SELECT 1", None, said)
    judged = judged_by_driver(wrapped, dialect)
    assert isinstance(judged, BrokenError if problem is None else RefusedError)
    assert problem is None or str(judged).startswith(problem)


@pytest.mark.parametrize("kind", [MYSQL.SET("a", "b"), MYSQL.ENUM("a", "b")])
def test_values_that_sqlalchemy_would_remake_or_refuse_are_left_alone(kind: sa.types.TypeEngine[Any]) -> None:
    column, _ = landed_column(sa.Column("c", kind), "mysql")
    assert not isinstance(column.type, type(kind))
