"""How a night's files are written: text appended chunk by chunk, and SQLite databases filled by DuckDB."""

import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import duckdb
import duckdb_extension_sqlite_scanner

SMALL_PAGES, LARGE_PAGES = 1024, 4096
"""SQLite page sizes in bytes: small pages leave little empty space in a set that is kept in a repository."""


def load_sqlite(connection: duckdb.DuckDBPyConnection) -> None:
    """Load DuckDB's SQLite extension from its installed package; nothing is fetched."""
    found = sorted(Path(duckdb_extension_sqlite_scanner.__path__[0]).rglob("sqlite_scanner.duckdb_extension"))
    connection.load_extension(str(found[0]))


def literal(path: Path) -> str:
    """Quote a path as an SQL string."""
    return "'" + str(path).replace("'", "''") + "'"


class Night:
    """One night's deliveries, and the truth beside them.

    Args:
        connection: where the chunk's state is.
        number: the night.
        folder: the night's folder.
        truth: the folder of the night's truth.
        small_pages: whether databases use `SMALL_PAGES`.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, number: int, folder: Path, truth: Path, *, small_pages: bool
    ) -> None:
        self.connection = connection
        self.number = number
        self.folder = folder
        self.truth = truth
        self.records: dict[str, int] = {}
        self._page_size = SMALL_PAGES if small_pages else LARGE_PAGES
        self._part = folder / "part.tmp"
        for place in (folder, truth):
            place.mkdir(parents=True, exist_ok=True)

    def add(self, counts: Mapping[str, int]) -> None:
        """Count the chunk's records in each system."""
        for name, count in counts.items():
            self.records[name] = self.records.get(name, 0) + count

    def system(self, name: str) -> Path:
        """Give a system's folder."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def csv(self, path: Path, query: str) -> None:
        """Append a query's rows to a CSV file, with a header before the first."""
        header = "false" if path.exists() else "true"
        self.connection.execute(f"copy ({query}) to {literal(self._part)} (format csv, header {header})")
        self._append(path)

    def lines(self, path: Path, query: str) -> int:
        """Append a query's only column to a text file as it is, and count the lines."""
        target = literal(self._part)
        done = self.connection.execute(
            f"copy ({query}) to {target} (format csv, header false, quote '', escape '', delimiter '\x01')"
        ).fetchone()
        self._append(path)
        return int(done[0]) if done else 0

    def _append(self, path: Path) -> None:
        with self._part.open("rb") as part, path.open("ab") as whole:
            shutil.copyfileobj(part, whole, 1 << 20)
        self._part.unlink()

    def database(self, name: str, ddl: str) -> None:
        """Create a system's database with its tables, and attach it."""
        path = self.system(name) / f"{name}.sqlite"
        with sqlite3.connect(path) as database:
            database.execute(f"pragma page_size = {self._page_size}")
            database.executescript(ddl)
        database.close()
        self.connection.execute(f"attach {literal(path)} as {self._alias(name)} (type sqlite)")

    def insert(self, name: str, tables: Mapping[str, str]) -> None:
        """Append the rows of a query for each table of a system's database."""
        for table, query in tables.items():
            self.connection.execute(f"insert into {self._alias(name)}.{table} {query}")

    def detach(self, name: str) -> None:
        """Detach a system's database, so that its file is complete."""
        self.connection.execute(f"detach {self._alias(name)}")

    def _alias(self, name: str) -> str:
        return f"night_{self.number}_{name}"
