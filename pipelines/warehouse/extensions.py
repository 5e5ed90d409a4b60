"""DuckDB's extensions, loaded from pinned wheels: nothing is fetched at run time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb_extension_sqlite_scanner

from linkage_models.relations import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def load_sqlite(con: DuckDBPyConnection) -> None:
    """Load the SQLite reader into a connection; DuckDB verifies its signature."""
    folder = Path(duckdb_extension_sqlite_scanner.__file__).parent
    (extension,) = folder.rglob("*.duckdb_extension")
    con.execute(f"LOAD {literal(str(extension))}")
