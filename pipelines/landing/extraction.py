"""One extraction in progress: where it writes, and the rows that it quarantines because they cannot be read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from linkage_models.relations import Temporaries, literal, single_row, single_value
from pipelines.errors import SourceError
from pipelines.source.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

QUARANTINE_COLUMNS = ("resource", "landed_row", "reason", "explanation", "raw")
"""Columns of `quarantined` that are known when a row is read; `file` is filled when its whole file has been."""

QUARANTINE_TYPED = "resource VARCHAR, landed_row BIGINT, reason VARCHAR, explanation VARCHAR, raw VARCHAR, file VARCHAR"


@dataclass(frozen=True)
class Extraction:
    """One extraction: whose it is and where it writes.

    Each resource becomes `<resource>.parquet` with the column `_row` (the line or row in what was read, counted from 1)
    and the source's own columns. Rows that cannot be read go to the temporary table `quarantined`.
    """

    own: Temporaries
    system: str
    into: Path
    names: Names = field(default_factory=Names.of)
    """The names of the source's own that its messages may show."""

    @property
    def con(self) -> DuckDBPyConnection:
        """The connection that everything is read and written on."""
        return self.own.con

    def begin(self) -> None:
        """Make the table of quarantined rows."""
        self.own.empty("quarantined", QUARANTINE_TYPED)
        self.con.execute("SET preserve_insertion_order = true")

    def file(self, resource: str) -> Path:
        """Return the Parquet file of a resource."""
        return self.into / f"{resource}.parquet"

    def checksum(self, files: Iterable[str], resources: Iterable[str]) -> str:
        """Return the SHA-256 of what was delivered: of the files, or of a database's or a service's rows in any order.

        Args:
            files: the SHA-256 of each file that was read, in order; none for a database or a service.
            resources: what was read.
        """
        digest = hashlib.sha256(bytes.fromhex("".join(read := list(files))))
        for name in resources if not read else ():
            own = "COLUMNS(* EXCLUDE (_row))"
            rows = f"FROM read_parquet({literal(str(self.file(name)))})"
            content = single_row(self.con, f"SELECT count(*), sum(hash(*{own})), bit_xor(hash(*{own})) {rows}")
            digest.update(repr((name, content)).encode())
        return digest.hexdigest()

    def write(self, resource: str, select: str) -> int:
        """Write a resource's rows, in order, and return their number."""
        written: int = single_value(
            self.con, f"COPY ({select}) TO {literal(str(self.file(resource)))} (FORMAT parquet, COMPRESSION zstd)"
        )
        return written

    def write_rows(self, resource: str, rows: pa.RecordBatchReader, select: str = "FROM given_row") -> int:
        """Write rows that are read in Python, in order, and return their number.

        Args:
            resource: the resource.
            rows: the rows, which SQL reads as `given_row`.
            select: what is written of them.
        """
        self.own.rows("given_row", rows)
        try:
            return self.write(resource, select)
        finally:
            self.own.drop("given_row")

    def quarantine(self, rows: list[tuple[str, int, str, str, str]]) -> None:
        """Quarantine rows, each as (resource, landed_row, reason, explanation, raw)."""
        if rows:
            self.own.rows("given_row", pa.table(dict(zip(QUARANTINE_COLUMNS, zip(*rows, strict=True), strict=True))))
            self.con.execute("INSERT INTO quarantined BY NAME FROM given_row")
            self.own.drop("given_row")

    def error(self, where: str, problem: str, remedy: str) -> SourceError:
        """Return the error that what was delivered cannot be read, as one sentence."""
        return SourceError(f"{self.system}: {where} {problem}; {remedy}.")
