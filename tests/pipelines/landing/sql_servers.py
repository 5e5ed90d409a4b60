"""A PostgreSQL database as a source for the tests, and an encrypted door to a server whose own build has no TLS."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import trustme
from pydantic import TypeAdapter

from pipelines.errors import SourceError
from pipelines.landing.land import land
from pipelines.landing.manifest import Load, failure, loads
from pipelines.settings import Settings
from pipelines.source.extract import Extract, Sql
from sample_data.serve import Postgres

Resources = list[str] | dict[str, Any]
"""As YAML gives them."""

SECRET = "NOMIS_PASSWORD"  # noqa: S105  # the name of the variable
DATABASE = "nomis"
NIGHT = datetime(2026, 3, 9, 3, tzinfo=UTC)
PERSONAL = "FITZWILLIAM"
PEOPLE = (
    "CREATE TABLE offenders (id bigint PRIMARY KEY, surname text, changed_at timestamp)",
    (
        "INSERT INTO offenders SELECT g, 'NAME' || g, timestamp '2026-03-01' + g * interval '1 hour'"
        " FROM generate_series(1, 100) g"
    ),
)


class Source:
    """A database of the server, the home it is landed in, and what has been said of it."""

    def __init__(self, server: Postgres, home: Path) -> None:
        self.server, self.name = server, DATABASE
        self.settings = Settings(home=home, as_of=NIGHT)
        self.folder = self.settings.landing / "nomis"

    def run(self, *statements: str) -> None:
        """Run statements as the superuser, each on its own."""
        with self.server.connect(self.name) as con:
            con.autocommit = True
            for statement in statements:
                con.execute(statement.encode())

    def spec(self, resources: Resources, **changes: Any) -> Sql:
        given = {
            "format": "sql", "dialect": "postgresql", "host": self.server.host, "port": self.server.port,
            "database": self.name, "user": self.server.reader, "password": {"env": SECRET}, "tls": "off",
            "retries": 0, "timeout_seconds": 10, "resources": resources,
        }  # fmt: skip
        return sql_spec(given | changes)

    def land(self, resources: Resources, *, at: datetime = NIGHT, **changes: Any) -> Load:
        return land("nomis", self.spec(resources, **changes), self.settings.model_copy(update={"as_of": at}))

    def rows(self, resource: str, select: str = "* EXCLUDE (_row)") -> list[tuple[Any, ...]]:
        """Return what the load in force holds of a resource."""
        return parquet_rows(self.folder / loads(self.folder)[-1].load_id / f"{resource}.parquet", select)

    def refusal(self, resources: Resources, **changes: Any) -> str:
        """Return the one sentence by which a landing is refused, having looked that the load before stays in force."""
        before = loads(self.folder)
        with pytest.raises(SourceError) as error:
            self.land(resources, **changes)
        text = str(error.value)
        assert loads(self.folder) == before
        noted = failure(self.folder)
        assert noted is not None
        assert noted.problem == text
        assert "\n" not in text
        assert re.fullmatch(r"nomis: .+; .+\.", text)
        assert self.server.reader_password not in text
        assert PERSONAL not in "".join(traceback.format_exception(error.value))
        assert not list(self.folder.glob(".landing-*"))
        return text


def new_database(server: Postgres) -> None:
    """Make the database anew, empty."""
    with server.connect() as con:
        con.autocommit = True
        con.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)".encode())
        con.execute(f"CREATE DATABASE {DATABASE}".encode())


def emptied(server: Postgres, home: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """Return the database as a source, with nothing in it, whatever the test before left there."""
    monkeypatch.setenv(SECRET, server.reader_password)
    source = Source(server, home)
    schema = "DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC"
    source.run(schema, f"ALTER DATABASE {DATABASE} RESET ALL")
    return source


def sql_spec(given: dict[str, Any]) -> Sql:
    """Return an `extract` as a source's YAML would give it."""
    spec = TypeAdapter(Extract).validate_python(given)
    assert isinstance(spec, Sql)
    return spec


def parquet_rows(path: Path, select: str = "*") -> list[tuple[Any, ...]]:
    """Return the rows of a landed file, in order."""
    with duckdb.connect() as con:
        return con.execute(f"SELECT {select} FROM read_parquet('{path}') ORDER BY _row").fetchall()


def while_it_sleeps(server: Postgres, then: Callable[[], None]) -> threading.Thread:
    """Do something in another thread as soon as the landing waits inside `pg_sleep`."""

    def watch() -> None:
        asked = "SELECT FROM pg_stat_activity WHERE application_name = 'conjoin' AND wait_event = 'PgSleep'"
        deadline = time.monotonic() + 20
        with server.connect() as con:
            con.autocommit = True
            while not con.execute(asked).fetchall():
                if time.monotonic() > deadline:
                    return
                time.sleep(0.01)
        then()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


SSL_REQUEST = bytes.fromhex("0000000804d2162f")
"""What a client of PostgreSQL sends first where it wants TLS."""


@dataclass
class Door:
    """Where it listens, whose certificate vouches for it, and how many came through."""

    port: int
    authority: Path
    entered: int = field(default=0)


@contextmanager
def tls_before(port: int, name: str, folder: Path) -> Iterator[Door]:
    """Serve TLS on a free port of the loopback address for what listens on another.

    Args:
        port: of the server that is reached through it.
        name: that its certificate is made out to.
        folder: for the certificate of its authority.
    """
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["postgresql"])
    authority.issue_cert(name).configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        door = Door(listening.getsockname()[1], folder / "authority.pem")

        def admit() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    threading.Thread(target=enter, args=[client], daemon=True).start()

        def enter(client: socket.socket) -> None:
            with suppress(OSError), client:
                asked = client.recv(8)
                if asked != SSL_REQUEST:
                    return
                client.sendall(b"S")
                with context.wrap_socket(client, server_side=True) as secured:
                    door.entered += 1
                    with socket.create_connection(("127.0.0.1", port)) as server:
                        back = threading.Thread(target=_pass_on, args=[server, secured], daemon=True)
                        back.start()
                        _pass_on(secured, server)
                        back.join()

        threading.Thread(target=admit, daemon=True).start()
        yield door
        listening.shutdown(socket.SHUT_RDWR)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
