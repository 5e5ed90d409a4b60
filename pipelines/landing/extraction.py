"""One extraction under way: where it writes, and the rows it quarantines because they cannot be read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from linkage_models.relations import literal, single_value
from pipelines.errors import SourceError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REJECTED = ("resource", "landed_row", "reason", "explanation", "raw")
REJECTED_DDL = """
CREATE OR REPLACE TEMP TABLE rejected (
    resource VARCHAR, landed_row BIGINT, reason VARCHAR, explanation VARCHAR, raw VARCHAR, file VARCHAR
)
"""


@dataclass(frozen=True)
class Extraction:
    """One extraction: whose it is and where it writes.

    Each resource becomes `<resource>.parquet` with the column `_row` (the line or row in what was read, counted from 1)
    and the source's own columns. Rows that cannot be read go to the temporary table `rejected` of the connection.
    """

    con: DuckDBPyConnection
    system: str
    into: Path

    def begin(self) -> None:
        """Make the table of rejected rows."""
        self.con.execute(REJECTED_DDL)
        self.con.execute("SET preserve_insertion_order = true")

    def file(self, resource: str) -> Path:
        """Return the Parquet file of a resource."""
        return self.into / f"{resource}.parquet"

    def write(self, resource: str, select: str) -> int:
        """Write a resource's rows, in order, and return their number."""
        written: int = single_value(
            self.con, f"COPY ({select}) TO {literal(str(self.file(resource)))} (FORMAT parquet, COMPRESSION zstd)"
        )
        return written

    def reject(self, rows: list[tuple[str, int, str, str, str]]) -> None:
        """Set rows apart: (resource, landed_row, reason, explanation, raw)."""
        if rows:
            self.con.register("rejected_row", pa.table(dict(zip(REJECTED, zip(*rows, strict=True), strict=True))))
            self.con.execute("INSERT INTO rejected BY NAME FROM rejected_row")
            self.con.unregister("rejected_row")

    def error(self, where: str, problem: str, remedy: str) -> SourceError:
        """Return the error that what was delivered cannot be read, as one sentence."""
        return SourceError(f"{self.system}: {where} {problem}; {remedy}.")
