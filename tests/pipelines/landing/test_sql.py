"""A source that is a database is read from a real PostgreSQL server: whole, exactly, in one view, and what changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
from psycopg import sql

from pipelines.landing.manifest import Load, loads
from sample_data.serve import Postgres, serve_postgres
from tests.pipelines.landing.sql_servers import (
    NIGHT,
    PEOPLE,
    SECRET,
    Source,
    emptied,
    new_database,
    parquet_rows,
    while_it_sleeps,
)  # fmt: skip

SAMPLE = Path("sample_data") / "small" / "night-1" / "nomis" / "nomis.sqlite"
CHANGES = {"load": "changes", "key": "id", "cursor": "changed_at"}


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with serve_postgres() as postgres:
        new_database(postgres)
        yield postgres


@pytest.fixture
def source(server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    return emptied(server, tmp_path / "home", monkeypatch)


# What is landed is what the database holds.


def test_every_table_of_the_sample_is_landed_row_for_row(server: Postgres, source: Source) -> None:
    counts = server.load_sqlite(source.name, SAMPLE)
    load = source.land(list(counts))
    assert load.rows == counts
    assert load.quarantined == {}
    with server.connect(source.name) as con:
        for table in counts:
            held = con.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))).fetchall()
            assert sorted(source.rows(table), key=repr) == sorted(held, key=repr)


def test_tables_views_queries_and_other_schemas_stand_in_one_source(source: Source) -> None:
    source.run(
        *PEOPLE,
        'CREATE SCHEMA "Oms Owner"',
        'CREATE TABLE "Oms Owner"."Odd Table" (n int)',
        'INSERT INTO "Oms Owner"."Odd Table" VALUES (7)',
        "CREATE VIEW recent AS SELECT id FROM offenders WHERE id > 98",
        "CREATE TABLE empty (id int, surname text)",
    )
    query = """
        WITH few AS (SELECT id, surname FROM offenders WHERE surname LIKE 'NAME10%' AND id % 2 = 0)
        SELECT id, surname || ':x' AS "at", '12:30'::time::text AS t, ':id' AS colon FROM few ORDER BY id; -- the end
    """.replace("; -- the end", " -- the end")
    load = source.land({
        "offenders": {}, "recent": {}, "empty": {}, "chosen": {"query": query},
        "odd": {"schema": "Oms Owner", "table": "Odd Table"},
    })  # fmt: skip
    assert load.rows == {"offenders": 100, "recent": 2, "empty": 0, "chosen": 2, "odd": 1}
    assert sorted(source.rows("recent")) == [(99,), (100,)]
    assert source.rows("chosen") == [(10, "NAME10:x", "12:30:00", ":id"), (100, "NAME100:x", "12:30:00", ":id")]
    assert source.rows("odd") == [(7,)]
    assert load.columns["empty"] == {"id": "INTEGER", "surname": "VARCHAR"}


def test_odd_names_of_columns_and_nulls_are_kept(source: Source) -> None:
    names = ["Mixed Case", "select", 'q"uote', "a:b", "p%s", "x'y", "ünï", "back\\slash", "UPPER", "1st"]
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    source.run(
        f"CREATE TABLE odd ({', '.join(f'{name} text' for name in quoted)})",
        f"INSERT INTO odd VALUES ({', '.join(str(number) for number in range(len(names)))})",
        "INSERT INTO odd DEFAULT VALUES",
    )
    load = source.land(["odd"])
    assert list(load.columns["odd"]) == names
    assert source.rows("odd") == [tuple(str(number) for number in range(len(names))), (None,) * len(names)]


def test_columns_that_differ_in_case_alone_are_both_landed(source: Source) -> None:
    source.run('CREATE TABLE odd (name text, "Name" text)', "INSERT INTO odd VALUES ('a', 'b')")
    source.land(["odd"])
    assert source.rows("odd") == [("a", "b")]


@pytest.mark.parametrize("select", ["1 AS id, 2 AS id", "1 AS _row, 2 AS id"])
def test_a_column_given_twice_is_refused_by_name(source: Source, select: str) -> None:
    text = source.refusal({"odd": {"query": f"SELECT {select}"}})
    name = select.split()[2].strip(",")
    assert f"resource odd (a query), gives a column twice, or one that Conjoin adds itself (`{name}`)" in text


TYPES: list[tuple[str, str, str, Any]] = [
    # type, value as PostgreSQL reads it, type landed, value landed
    ("smallint", "-3", "SMALLINT", -3),
    ("bigint", "9223372036854775807", "BIGINT", 9223372036854775807),
    ("double precision", "0.1", "DOUBLE", 0.1),
    ("numeric", "12345678901234567890.1234567890123456789012345", "VARCHAR",
     "12345678901234567890.1234567890123456789012345"),
    ("numeric(12,2)", "1.10", "VARCHAR", "1.10"),
    ("numeric(30,0)", "-900719925474099312345678901234", "VARCHAR", "-900719925474099312345678901234"),
    ("money", "-1234567.89", "VARCHAR", "-1234567.89"),
    ("oid", "4294967295", "BIGINT", 4294967295),
    ("boolean", "yes", "BOOLEAN", True),
    ("text", "O'Neil\n\"Ż\" \\ 👮", "VARCHAR", "O'Neil\n\"Ż\" \\ 👮"),
    ("text", "", "VARCHAR", ""),
    ("char(5)", "ab", "VARCHAR", "ab   "),
    ("json", '{"b":  1, "a": 2}', "JSON", '{"b":  1, "a": 2}'),
    ("jsonb", '{"b":  1.10}', "JSON", '{"b": 1.10}'),
    ("uuid", "A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11", "UUID", UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
    ("mood", "sad", "VARCHAR", "sad"),
    ("postcode", "NE1 4LP", "VARCHAR", "NE1 4LP"),
    ("inet", "10.0.0.1/8", "VARCHAR", "10.0.0.1/8"),
    ("cidr", "2001:db8::/32", "VARCHAR", "2001:db8::/32"),
    ("macaddr", "08:00:2b:01:02:03", "VARCHAR", "08:00:2b:01:02:03"),
    ("interval", "1 year 2 days 3.5 seconds", "VARCHAR", "1 year 2 days 00:00:03.5"),
    ("int[]", "{1,NULL,3}", "VARCHAR", "[1,null,3]"),
    ("int[]", "{{1,2},{3,4}}", "VARCHAR", "[[1,2],[3,4]]"),
    ("text[]", '{"a b","c\\"d"}', "VARCHAR", '["a b","c\\"d"]'),
    ("numeric[]", "{12345678901234567890.10}", "VARCHAR", "[12345678901234567890.10]"),
    ("timestamptz[]", "{2026-07-01 12:00:00+05}", "VARCHAR", '["2026-07-01T07:00:00+00:00"]'),
    ("daterange", "[2026-02-03,2026-02-05)", "VARCHAR", "[2026-02-03,2026-02-05)"),
    ("address", '("1, High St",3)', "VARCHAR", '{"line":"1, High St","number":3}'),
    ("int4range", "[1,5)", "VARCHAR", "[1,5)"),
    ("bit varying(9)", "101", "VARCHAR", "101"),
    ("point", "(1,2)", "VARCHAR", "(1,2)"),
    ("tsvector", "a b", "VARCHAR", "'a' 'b'"),
    ("timetz", "12:34:56+02", "VARCHAR", "12:34:56+02"),
    ("time", "12:34:56.789", "VARCHAR", "12:34:56.789"),
    ("bytea", "\\x00ff", "BLOB", b"\x00\xff"),
    ("timestamptz", "2026-07-01 12:00:00.123456+05", "TIMESTAMP WITH TIME ZONE", "2026-07-01 07:00:00.123456+00"),
    ("timestamp", "2026-03-01 12:00:00.1", "TIMESTAMP", "2026-03-01 12:00:00.1"),
    ("timestamp", "4713-01-01 00:00 BC", "TIMESTAMP", "4713-01-01 (BC) 00:00:00"),
    ("timestamp", "infinity", "TIMESTAMP", "infinity"),
    ("timestamp", "-infinity", "TIMESTAMP", "-infinity"),
    ("timestamptz", "infinity", "TIMESTAMP WITH TIME ZONE", "infinity"),
    ("timestamptz", "-infinity", "TIMESTAMP WITH TIME ZONE", "-infinity"),
    ("timestamptz", "9999-12-31 23:59:59.999999+00", "TIMESTAMP WITH TIME ZONE", "9999-12-31 23:59:59.999999+00"),
    ("date", "2026-02-28", "DATE", "2026-02-28"),
    ("date", "0044-03-15 BC", "DATE", "0044-03-15 (BC)"),
    ("date", "5874897-12-31", "DATE", "5874897-12-31"),
    ("date", "infinity", "DATE", "infinity"),
    ("date", "-infinity", "DATE", "-infinity"),
]  # fmt: skip


def test_every_type_is_landed_exactly_and_readably(source: Source) -> None:
    source.run(
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "CREATE DOMAIN postcode AS text CHECK (length(value) < 9)",
        "CREATE TYPE address AS (line text, number int)",
        # Neither the database's own settings nor its clock change how a value is written out.
        f"ALTER DATABASE {source.name} SET datestyle = 'SQL, DMY'",
        f"ALTER DATABASE {source.name} SET timezone = 'Europe/London'",
        f"ALTER DATABASE {source.name} SET intervalstyle = 'sql_standard'",
    )
    with source.server.connect(source.name) as con:
        con.execute("SET datestyle = 'ISO, YMD'")
        columns = ", ".join(f"c{number} {kind}" for number, (kind, *_) in enumerate(TYPES))
        con.execute(f"CREATE TABLE k ({columns})".encode())
        values = ", ".join(f"%s::{kind}" for kind, *_ in TYPES)
        con.execute(f"INSERT INTO k VALUES ({values})".encode(), [value for _, value, *_ in TYPES])
        con.execute("INSERT INTO k DEFAULT VALUES")
    load = source.land(["k"])
    assert list(load.columns["k"].values()) == [kind if t != "time" else "TIME" for t, _, kind, _ in TYPES]
    moments = {"TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "DATE"}
    select = ", ".join(
        f"c{number}::VARCHAR" if kind in moments or t == "time" else f"c{number}"
        for number, (t, _, kind, _) in enumerate(TYPES)
    )
    path = source.folder / load.load_id / "k.parquet"
    with duckdb.connect() as con:
        con.execute("SET timezone = 'UTC'")
        first, second = con.execute(f"SELECT {select} FROM read_parquet('{path}') ORDER BY _row").fetchall()
    for given, (kind, value, _, expected) in zip(first, TYPES, strict=True):
        assert given == expected, (kind, value)
    assert second == (None,) * len(TYPES)


# One transaction, which changes nothing.


def test_a_change_between_two_tables_is_not_seen_half(source: Source) -> None:
    source.run(
        "CREATE TABLE offenders (id int)", "CREATE TABLE bookings (offender_id int)",
        "INSERT INTO offenders VALUES (1)", "INSERT INTO bookings VALUES (1)",
        "CREATE VIEW slow AS SELECT 1 AS n, pg_sleep(1)::text AS slept",
    )  # fmt: skip
    resources = ["offenders", "slow", "bookings"]
    change = "BEGIN; INSERT INTO offenders VALUES (2); UPDATE bookings SET offender_id = 2; COMMIT"
    writer = while_it_sleeps(source.server, lambda: source.run(change))
    source.land(resources)
    writer.join()
    assert (source.rows("offenders"), source.rows("bookings")) == ([(1,)], [(1,)])
    source.land(resources)
    assert (source.rows("offenders"), source.rows("bookings")) == ([(1,), (2,)], [(2,)])


def test_nothing_can_be_changed_at_the_source(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    source.run(
        "CREATE TABLE seen (n int)",
        "CREATE FUNCTION touch() RETURNS int LANGUAGE sql AS 'INSERT INTO seen VALUES (1) RETURNING n'",
    )
    monkeypatch.setenv(SECRET, source.server.password)
    text = source.refusal({"t": {"query": "SELECT touch()"}}, user=source.server.user)
    assert "gives an error of its own when it is read (25006)" in text


# Changes.


def delivered(source: Source, load: Load, resource: str = "offenders") -> int:
    return len(parquet_rows(source.folder / load.load_id / f"{resource}.delivered.parquet"))


def test_a_second_landing_asks_only_from_the_cursor_on(source: Source) -> None:
    source.run(*PEOPLE)
    first = source.land({"offenders": CHANGES})
    source.run("INSERT INTO offenders VALUES (101, 'NEW', '2026-03-05 04:00'), (102, 'LATE', '2026-03-05 03:59')",
               "UPDATE offenders SET surname = 'OTHER', changed_at = '2026-03-05 05:00' WHERE id = 1")  # fmt: skip
    second = source.land({"offenders": CHANGES})
    # From ten minutes before the newest, of 04:00 on the 5th: that row itself, and what has changed since.
    assert (delivered(source, first), delivered(source, second)) == (100, 4)
    assert second.rows == {"offenders": 102}
    assert source.rows("offenders", "surname")[-3:] == [("NEW",), ("LATE",), ("OTHER",)]
    third = source.land({"offenders": CHANGES | {"cursor_overlap_minutes": 120}})
    assert delivered(source, third) == 102  # read in another way, so all of it


@pytest.mark.parametrize("cursor", ["changed_at", "CHANGED_AT"])
def test_an_unchanged_source_makes_no_new_load(source: Source, cursor: str) -> None:
    source.run(*PEOPLE)
    resources = {"offenders": CHANGES | {"cursor": cursor}}
    first = source.land(resources)
    again = source.land(resources, at=NIGHT.replace(day=10))
    assert again.load_id == first.load_id
    assert (first.last_seen_at, again.last_seen_at) == (NIGHT.replace(tzinfo=None), NIGHT.replace(day=10, tzinfo=None))
    assert len(loads(source.folder)) == 1


def test_what_is_deleted_is_gone_with_the_next_full_load(source: Source) -> None:
    source.run(*PEOPLE)
    resources = {"offenders": CHANGES | {"full_every_days": 7}}
    source.land(resources)
    source.run("DELETE FROM offenders WHERE id = 5")
    assert source.land(resources, at=NIGHT.replace(day=12)).rows == {"offenders": 100}
    assert source.land(resources, at=NIGHT.replace(day=16)).rows == {"offenders": 99}
    assert (5,) not in source.rows("offenders", "id")


def test_a_tombstone_is_landed_as_the_newest_version(source: Source) -> None:
    source.run(*PEOPLE, "ALTER TABLE offenders ADD gone bool DEFAULT false")
    resources = {"offenders": CHANGES | {"deleted": "gone"}}
    source.land(resources)
    source.run("UPDATE offenders SET gone = true, changed_at = '2026-03-08' WHERE id = 5")
    source.land(resources)
    assert [row for row in source.rows("offenders", "id, gone") if row[0] == 5] == [(5, True)]


@pytest.mark.parametrize("kind", ["timestamp", "timestamptz", "date"])
@pytest.mark.parametrize("ahead", ["2099-01-01", "infinity"])
def test_a_clock_that_runs_ahead_loses_nothing(source: Source, kind: str, ahead: str) -> None:
    source.run(*PEOPLE, f"ALTER TABLE offenders ALTER changed_at TYPE {kind}")
    source.run(f"UPDATE offenders SET changed_at = '{ahead}' WHERE id = 1")
    source.land({"offenders": CHANGES})
    source.run("INSERT INTO offenders VALUES (101, 'NEW', '2026-03-09 02:55')")
    second = source.land({"offenders": CHANGES}, at=NIGHT.replace(day=10))
    assert second.rows == {"offenders": 101}
    assert delivered(source, second) < 10


@pytest.mark.parametrize(
    ("kind", "value"),
    [("timestamp", "'2026-03-08 12:00:00.123456'"), ("date", "'2026-03-08'"), ("bigint", "77"), ("text", "'k''7'")],
)
def test_rows_of_one_instant_on_both_sides_of_a_load_are_both_landed(source: Source, kind: str, value: str) -> None:
    source.run(f"CREATE TABLE t (id int, version {kind})", f"INSERT INTO t VALUES (1, {value})")
    resources = {"t": CHANGES | {"cursor": "version", "cursor_overlap_minutes": 0}}
    source.land(resources)
    source.run(f"INSERT INTO t VALUES (2, {value})")
    assert source.land(resources).rows == {"t": 2}


def test_versions_numbered_by_a_decimal_are_in_the_order_of_numbers(source: Source) -> None:
    source.run("CREATE TABLE t (id int, version numeric)", "INSERT INTO t VALUES (1, 9)")
    resources = {"t": CHANGES | {"cursor": "version"}}
    for version in (10, 11.5):
        source.land(resources)
        source.run(f"UPDATE t SET version = {version}")
    assert source.land(resources).rows == {"t": 1}
    assert source.rows("t", "version::VARCHAR") == [("11.500000000",)]


def test_a_cursor_that_is_an_expression_reads_all(source: Source) -> None:
    source.run(*PEOPLE)
    resources = {"offenders": CHANGES | {"cursor": "coalesce(changed_at, TIMESTAMP '1900-01-01')"}}
    source.land(resources)
    source.run("INSERT INTO offenders VALUES (101, 'OLD', NULL)")
    second = source.land(resources)
    assert (second.rows, delivered(source, second)) == ({"offenders": 101}, 101)


def test_a_query_is_asked_from_its_cursor_on(source: Source) -> None:
    source.run(*PEOPLE)
    resources = {"some": CHANGES | {"query": "SELECT * FROM offenders WHERE surname LIKE 'NAME%'"}}
    source.land(resources)
    source.run("INSERT INTO offenders VALUES (101, 'NAME', '2026-03-06'), (102, 'OTHER', '2026-03-06')")
    second = source.land(resources)
    assert (second.rows, delivered(source, second, "some")) == ({"some": 101}, 2)


# The columns of the load before.


ALTERED = {
    "new: 1 that the YAML does not name": "ALTER TABLE offenders ADD nickname text",
    "gone: 1 that the YAML does not name": "ALTER TABLE offenders DROP surname",
    "of another type: 1 that the YAML does not name": "ALTER TABLE offenders ALTER id TYPE text",
}


@pytest.mark.parametrize("change", ALTERED)
def test_other_columns_are_landed_refused_or_quarantined(source: Source, change: str) -> None:
    source.run(*PEOPLE)
    source.land(["offenders"], schema_contract="freeze")
    source.run(ALTERED[change])
    text = source.refusal(["offenders"], schema_contract="freeze")
    assert f"the columns of the resource offenders are not those of the load before ({change})" in text
    shutil.rmtree(source.folder)
    source.land(["offenders"])
    assert source.land(["offenders"]).rows == {"offenders": 100}


def test_only_rows_that_do_not_fit_are_quarantined(source: Source) -> None:
    source.run(*PEOPLE)
    source.land(["offenders"], schema_contract="discard_row")
    source.run(
        "ALTER TABLE offenders ALTER id TYPE text",
        "ALTER TABLE offenders ADD nickname text, DROP surname",
        "UPDATE offenders SET id = 'ABC' WHERE id = '7'",
        "UPDATE offenders SET nickname = 'Nick' WHERE id = '8'",
    )
    load = source.land(["offenders"], schema_contract="discard_row")
    assert (load.rows, load.quarantined) == ({"offenders": 98}, {"offenders": 2})
    assert load.columns == {"offenders": {"id": "BIGINT", "surname": "VARCHAR", "changed_at": "TIMESTAMP"}}
    with duckdb.connect() as con:
        path = source.folder / load.load_id / "_rejected.parquet"
        quarantined = con.execute(f"SELECT reason, raw FROM read_parquet('{path}') ORDER BY raw").fetchall()
    assert [reason for reason, _ in quarantined] == ["schema_changed"] * 2
    assert ["ABC" in quarantined[1][1], "Nick" in quarantined[0][1]] == [True, True]
