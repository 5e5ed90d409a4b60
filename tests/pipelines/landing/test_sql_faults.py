"""A database that cannot be read ends in one clear sentence, without any value, and the last load stays in force."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from pipelines.landing.manifest import failure, loads
from sample_data.serve import Postgres, serve_postgres
from tests.pipelines.landing.sql_servers import (
    PEOPLE,
    PERSONAL,
    SECRET,
    Door,
    Resources,
    Source,
    emptied,
    new_database,
    tls_before,
    while_it_sleeps,
)  # fmt: skip

CHANGES = {"load": "changes", "key": "id", "cursor": "changed_at"}


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with serve_postgres() as postgres:
        new_database(postgres)
        yield postgres


@pytest.fixture
def source(server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    return emptied(server, tmp_path / "home", monkeypatch)


def test_a_server_that_is_down_is_named_and_the_failure_is_forgotten_after_the_next_success(source: Source) -> None:
    source.run(*PEOPLE)
    source.land(["offenders"])
    source.server.stop()
    try:
        text = source.refusal(["offenders"], retries=1)
    finally:
        source.server.start()
    assert text == (
        f"nomis: the database {source.name} on 127.0.0.1 could not be reached or broke off;"
        " check that the server is up and run again."
    )
    source.land(["offenders"])
    assert failure(source.folder) is None


BIG = (
    (
        "CREATE VIEW big AS SELECT g AS id, repeat(md5(g::text), 4) AS filler,"
        " CASE WHEN g = 150000 THEN pg_sleep(0.7)::text END AS slept FROM generate_series(1, 200000) g"
    ),
    "CREATE TABLE small AS SELECT 1 AS n",
)


def test_a_server_killed_midway_leaves_no_part_of_a_load(source: Source) -> None:
    source.run(*BIG)
    killer = while_it_sleeps(source.server, source.server.kill)
    try:
        text = source.refusal(["small", "big"])
    finally:
        killer.join()
        source.server.start()
    assert "resource big (table big), could not be reached or broke off" in text
    assert loads(source.folder) == []


def test_a_server_that_comes_back_in_time_is_read_whole(source: Source) -> None:
    source.run(*BIG)

    def restart() -> None:
        source.server.kill()
        source.server.start()

    killer = while_it_sleeps(source.server, restart)
    load = source.land(["small", "big"], retries=6)
    killer.join()
    assert load.rows == {"small": 1, "big": 200_000}
    assert source.rows("big", "count(DISTINCT id), min(id), max(id), count(filler), 1 AS _row") == [
        (200_000, 1, 200_000, 200_000, 1)
    ]


def clerk(source: Source, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv(SECRET, "clerk-secret")
    with source.server.connect() as con:
        if not con.execute("SELECT FROM pg_roles WHERE rolname = 'clerk'").fetchall():
            con.execute("CREATE ROLE clerk LOGIN PASSWORD 'clerk-secret'")
    return {"user": "clerk"}


@pytest.mark.parametrize(
    ("resources", "changes", "problem"),
    [
        (["offenders"], {"password": {"env": "WRONG"}}, " refuses the user or password; correct `user` or the secret."),
        (["offenders"], {"database": "nowhere"}, "database nowhere on 127.0.0.1 does not exist; correct `database`."),
        (["offenders"], {"password": {"env": "ABSENT"}},
         "a secret of its connection is missing; set the environment variable ABSENT."),
        (["offenders"], {"password": {"file": "/nowhere/secret"}},
         "a secret of its connection is missing; put it into the file /nowhere/secret"),
        (["offenders", "absent"], {}, "(table absent), does not exist, or is hidden from the user; correct"),
        ({"offenders": {"schema": "oms"}}, {}, "resource offenders (table oms.offenders), does not exist"),
        ({"one": {"query": "SELECT forename FROM offenders"}}, {},
         "resource one (a query), lacks a column that is asked for; correct its `cursor` or `query`."),
        ({"one": {"query": "SELEKT"}}, {}, "(a query), cannot be queried as the source's YAML says (42601)"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_at_once(
    source: Source, resources: Resources, changes: dict[str, Any], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.run(*PEOPLE)
    source.land(["offenders"])
    monkeypatch.setenv("WRONG", "hunter2")
    before = time.monotonic()
    text = source.refusal(resources, retries=6, **changes)
    assert problem in text
    assert "hunter2" not in text
    assert time.monotonic() - before < 20, "it was tried again"


def test_a_column_that_the_cursor_needs_is_missed(source: Source) -> None:
    source.run(*PEOPLE)
    source.land({"offenders": CHANGES})
    source.run("ALTER TABLE offenders DROP changed_at")
    text = source.refusal({"offenders": CHANGES})
    assert "resource offenders (table offenders), lacks a column that is asked for; correct its `cursor`" in text


def test_a_table_that_may_not_be_read_is_named(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    source.run(*PEOPLE)
    text = source.refusal(["offenders"], **clerk(source, monkeypatch))
    assert "(table offenders), may not be read by the user; have the user granted SELECT on it." in text
    source.run("GRANT SELECT ON offenders TO clerk")
    assert source.land(["offenders"], **clerk(source, monkeypatch)).rows == {"offenders": 100}


@pytest.mark.parametrize("count", [1, 300_000], ids=["at once", "midway"])
def test_a_value_that_the_server_quotes_is_not_passed_on(
    source: Source, count: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(0)
    source.run(
        f"CREATE TABLE offenders AS SELECT CASE WHEN g = {count} THEN '{PERSONAL}' ELSE '1' END AS surname"
        f" FROM generate_series(1, {count}) g",
        "CREATE VIEW odd AS SELECT surname::int AS number FROM offenders",
    )
    text = source.refusal(["odd"], retries=3)
    assert (
        "resource odd (table odd), gives an error of its own when it is read (22P02); have its owner correct it" in text
    )
    assert PERSONAL not in caplog.text + "".join(capfd.readouterr())


def test_a_value_in_a_notice_of_the_server_is_not_passed_on(source: Source, capfd: pytest.CaptureFixture[str]) -> None:
    source.run(
        f"CREATE FUNCTION loud() RETURNS int LANGUAGE plpgsql AS 'BEGIN RAISE WARNING ''{PERSONAL}''; RETURN 1; END'",
        "CREATE VIEW odd AS SELECT loud() AS n",
    )
    source.land(["odd"])
    assert PERSONAL not in "".join(capfd.readouterr())


def test_a_password_in_a_file_is_read(source: Source, tmp_path: Path) -> None:
    source.run(*PEOPLE)
    (tmp_path / "secret").write_text(source.server.reader_password + "\n")
    assert source.land(["offenders"], password={"file": tmp_path / "secret"}).rows == {"offenders": 100}
    assert source.server.reader_password not in repr(source.spec(["offenders"]))


# TLS.


@pytest.fixture
def door(server: Postgres, tmp_path: Path) -> Iterator[Door]:
    with tls_before(server.port, "localhost", tmp_path) as door:
        yield door


def test_a_server_that_proves_who_it_is_is_read_over_tls(
    source: Source, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.run(*PEOPLE)
    over_tls: dict[str, Any] = {"host": "localhost", "port": door.port, "tls": "verify", "retries": 3}
    assert source.land(["offenders"], ca_file=door.authority, **over_tls).rows == {"offenders": 100}
    assert door.entered > 0
    text = source.refusal(["offenders"], **over_tls)
    assert "does not prove by its certificate who it is; correct `host`, or give its authority as `ca_file`" in text
    # Without `ca_file`, whom the system trusts is trusted.
    monkeypatch.setenv("SSL_CERT_FILE", str(door.authority))
    assert source.land(["offenders"], **over_tls).rows == {"offenders": 100}


def test_a_server_that_does_not_prove_who_it_is_is_refused(source: Source, door: Door, tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    verified: dict[str, Any] = {"tls": "verify", "host": "localhost", "port": door.port, "retries": 3}
    untrusted = "does not prove by its certificate who it is"
    assert untrusted in source.refusal(["offenders"], **verified, ca_file=tmp_path / "other.pem")
    assert untrusted in source.refusal(["offenders"], **verified | {"host": "127.0.0.1"}, ca_file=door.authority)
    text = source.refusal(["offenders"], **verified, ca_file=tmp_path / "absent.pem")
    assert "the file of trusted certificates cannot be read; correct `ca_file`" in text


def test_a_server_without_tls_is_refused_unless_tls_is_off(source: Source, tmp_path: Path) -> None:
    source.run(*PEOPLE)
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    text = source.refusal(["offenders"], tls="verify", host="localhost", ca_file=tmp_path / "ca.pem", retries=3)
    assert "does not offer TLS; have it turned on there; `tls: off` is only for a local server" in text
