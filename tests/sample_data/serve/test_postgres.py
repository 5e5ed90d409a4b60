"""The PostgreSQL server holds what the SQLite file holds, lets nobody in without a password, and can be let go."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from sample_data.serve.postgres import Postgres, serve_postgres
from tests.sample_data.serve.children import children

TYPES: LiteralString = """
select column_name, data_type from information_schema.columns
where table_schema = 'public' and table_name = %s
order by ordinal_position
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with serve_postgres() as server:
        yield server


def read_as_reader(server: Postgres, database: str) -> psycopg.Connection:
    return psycopg.connect(server.url(database), password=server.reader_password)


@pytest.mark.parametrize("system", ["nomis", "oasys", "ndelius"])
def test_tables_equal_those_of_the_sqlite_file_row_for_row(server: Postgres, shipped: Path, system: str) -> None:
    path = shipped / "night-1" / system / f"{system}.sqlite"
    counts = server.load_sqlite(system, path)
    with closing(sqlite3.connect(path)) as database, read_as_reader(server, system) as connection:
        names = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
        assert set(counts) == names
        for name in names:
            expected = database.execute(f'select * from "{name}"')
            found = connection.execute(sql.SQL("select * from {}").format(sql.Identifier(name)))
            assert [column.name for column in found.description or []] == [column[0] for column in expected.description]
            rows = [
                tuple(value.isoformat() if isinstance(value, date) else value for value in row)
                for row in found.fetchall()
            ]
            assert rows == expected.fetchall(), name
            assert counts[name] == len(rows) > 0


def test_dates_and_numbers_have_their_own_types(server: Postgres, tmp_path: Path) -> None:
    path = tmp_path / "types.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            'create table "Odd ""Name" (id integer primary key, "from" text, at text, nearly text, late text, '
            "mixed text, never text, size int)"
        )
        database.executemany(
            'insert into "Odd ""Name" values (?, ?, ?, ?, ?, ?, ?, ?)',
            [
                (9, "2024-02-29", "2024-02-29T23:59:59", "2023-02-29", "0000-01-01", "2024-01-01", None, 2**40),
                (3, None, "2024-03-01 00:00:00", "2024-01-01", "2024-01-01", "tab\tback\\slash\nline", None, None),
            ],
        )
        database.commit()
    assert server.load_sqlite("types", path) == {'Odd "Name': 2}
    with read_as_reader(server, "types") as connection:
        assert connection.execute(TYPES, ['Odd "Name']).fetchall() == [
            ("id", "bigint"),
            ("from", "date"),
            ("at", "timestamp without time zone"),
            ("nearly", "text"),
            ("late", "text"),
            ("mixed", "text"),
            ("never", "text"),
            ("size", "bigint"),
        ]
        rows = connection.execute('select id, "from", at, mixed, size from "Odd ""Name"').fetchall()
    assert rows == [
        (3, None, datetime(2024, 3, 1), "tab\tback\\slash\nline", None),  # noqa: DTZ001 - the column has no zone
        (9, date(2024, 2, 29), datetime(2024, 2, 29, 23, 59, 59), "2024-01-01", 2**40),  # noqa: DTZ001
    ]


def test_a_database_is_replaced_by_that_of_the_next_night(server: Postgres, tmp_path: Path) -> None:
    for night in (1, 2):
        path = tmp_path / f"{night}.sqlite"
        with closing(sqlite3.connect(path)) as database:
            database.execute(f"create table only_night_{night} (id integer)")
        server.load_sqlite("nightly", path)
    with read_as_reader(server, "nightly") as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    assert tables == [("only_night_2",)]


@pytest.mark.parametrize("password", ["", "wrong"])
@pytest.mark.parametrize("user", ["postgres", "reader", "nobody"])
def test_nobody_gets_in_without_the_password(server: Postgres, user: str, password: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url("postgres", user=user), password=password)


def test_an_address_has_no_password(server: Postgres) -> None:
    assert server.url("nomis") == f"postgresql://reader@127.0.0.1:{server.port}/nomis"
    assert server.password not in repr(server)
    assert server.reader_password not in repr(server)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into kept values (1)",
        "delete from kept",
        "drop table kept",
        "create table mine (id int)",
        "create temporary table mine (id int)",
        "create role mine",
        "copy kept to program 'true'",
        "select pg_read_file('postgresql.conf')",
    ],
)
def test_the_reader_can_only_read(server: Postgres, tmp_path: Path, statement: LiteralString) -> None:
    path = tmp_path / "kept.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("create table kept (id integer)")
    server.load_sqlite("kept", path)
    with read_as_reader(server, "kept") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_a_server_let_go_cuts_connections_and_comes_back_with_what_was_committed() -> None:
    with serve_postgres() as server:
        with server.connect() as connection:
            connection.execute("create table kept as select 1 as id")
        for let_go in (server.kill, server.stop):
            connection = read_as_reader(server, "postgres")
            port = server.port
            let_go()
            assert server.pid is None
            with pytest.raises(psycopg.OperationalError):
                connection.execute("select * from kept")
            with pytest.raises(psycopg.OperationalError):
                server.connect()
            server.start()
            assert server.port == port
            with read_as_reader(server, "postgres") as again:
                assert again.execute("select * from kept").fetchall() == [(1,)]


def test_nothing_is_left_of_a_server_also_after_an_error() -> None:
    before = children()
    servers: list[Postgres] = []

    def fail() -> None:
        with serve_postgres() as server:
            servers.append(server)
            assert server.pid in children() - before
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert children() == before
    with pytest.raises(psycopg.OperationalError):
        servers[0].connect()
