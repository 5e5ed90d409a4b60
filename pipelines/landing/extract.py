"""Extract: what one delivery holds, as Parquet files of its resources and the rows that could not be read.

DuckDB's messages quote the data they stumbled on, so none is passed on: an error here names places, never values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from pipelines.errors import SourceError, raise_if_storage
from pipelines.landing.csv_rows import CsvRows, HeaderError, csv_lines, csv_schema, read_header
from pipelines.landing.lines import LINES, UndecodableLines, read_lines
from pipelines.landing.spec import Csv, FixedWidth, Json, Sqlite
from pipelines.warehouse.catalogue.table import literal, quote
from pipelines.warehouse.extensions import load_sqlite

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REJECTED_DDL = """
CREATE OR REPLACE TEMP TABLE rejected (
    resource VARCHAR, landed_row BIGINT, reason VARCHAR, explanation VARCHAR, raw VARCHAR
)
"""


@dataclass(frozen=True)
class Extraction:
    """One extraction under way: whose it is, where it reads and writes.

    Rows that cannot be read go to the temporary table `rejected` of the connection.
    """

    con: DuckDBPyConnection
    system: str
    deliveries: Path
    into: Path

    def file(self, name: str) -> Path:
        """Return where a delivered file lies."""
        return self.deliveries / name

    def write(self, resource: str, select: str) -> int:
        """Write a resource's rows, in order, as `<resource>.parquet`, and return their number."""
        target = self.into / f"{resource}.parquet"
        written = self.con.execute(
            f"COPY ({select}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)"
        ).fetchone()
        return int(written[0]) if written else 0

    def reject(self, rows: list[tuple[str, int, str, str, str]]) -> None:
        """Set rows apart: (resource, landed_row, reason, explanation, raw)."""
        if rows:
            columns = ("resource", "landed_row", "reason", "explanation", "raw")
            self.con.register("rejected_row", pa.table(dict(zip(columns, zip(*rows, strict=True), strict=True))))
            self.con.execute("INSERT INTO rejected BY NAME FROM rejected_row")
            self.con.unregister("rejected_row")

    def error(self, where: str, problem: str, remedy: str) -> SourceError:
        """Return the error that this delivery cannot be read, as one sentence."""
        return SourceError(f"{self.system}: {where} {problem}; {remedy}.")


def extract(extraction: Extraction, spec: FixedWidth | Csv | Json | Sqlite) -> dict[str, int]:
    """Write every resource of a delivery as Parquet and return the number of rows of each.

    Each file holds the column `_row` (the line or row in the delivery, counted from 1) and the source's own columns.

    Raises:
        SourceError: a file is missing or cannot be read as declared.
    """
    extraction.con.execute(REJECTED_DDL)
    extraction.con.execute("SET preserve_insertion_order = true")
    match spec:
        case FixedWidth():
            return _fixed_width(extraction, spec)
        case Csv():
            return {name: _csv(extraction, spec, name, file) for name, file in spec.resources.items()}
        case Json():
            read: Callable[[Extraction, str, str], int] = _json_array if spec.layout == "array" else _json_lines
            return {name: read(extraction, name, file) for name, file in spec.resources.items()}
        case Sqlite():
            return _sqlite(extraction, spec)


def _fixed_width(extraction: Extraction, spec: FixedWidth) -> dict[str, int]:
    con = extraction.con
    path = extraction.file(spec.path)
    lines = _land_lines(extraction, path, spec.encoding, next(iter(spec.resources)))
    start, length = spec.record_type
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW typed_line AS "
        f"SELECT line_number, text, substr(text, {start}, {length}) AS line_type FROM {lines}"
    )
    _check_envelope(extraction, spec, path)
    counts: dict[str, int] = {}
    for resource, line_type in spec.resources.items():
        fields = ", ".join(
            f"nullif(trim(substr(text, {first}, {size})), '') AS {quote(field)}"
            for field, (first, size) in line_type.fields.items()
        )
        of_type = f"line_type = {literal(line_type.type)}"
        counts[resource] = extraction.write(
            resource,
            f"SELECT line_number AS _row, {fields} FROM typed_line "
            f"WHERE {of_type} AND length(text) = {line_type.length} ORDER BY line_number",
        )
        con.execute(
            f"""
            INSERT INTO rejected
            SELECT $resource, line_number,
                   CASE WHEN length(text) < $length THEN 'truncated_line' ELSE 'overlong_line' END,
                   format('{{}} line {{}} has {{}} characters where its type has {{}}',
                          $file, line_number, length(text), $length),
                   text
            FROM typed_line WHERE {of_type} AND length(text) <> $length
            """,
            {"resource": resource, "file": spec.path, "length": line_type.length},
        )
    known = [resource.type for resource in spec.resources.values()]
    envelope = [spec.header] if spec.header else []
    envelope += [spec.trailer.type] if spec.trailer else []
    con.execute(
        """
        INSERT INTO rejected
        SELECT $resource, line_number, 'unknown_line_type',
               format('{} line {} is of no declared type', $file, line_number), text
        FROM typed_line WHERE NOT list_contains($types, line_type)
        """,
        {"resource": next(iter(spec.resources)), "file": spec.path, "types": [*known, *envelope]},
    )
    return counts


def _check_envelope(extraction: Extraction, spec: FixedWidth, path: Path) -> None:
    """Raise unless the file begins with its header and ends with a trailer that counts its lines rightly."""
    ends = extraction.con.execute(
        "SELECT arg_min(line_type, line_number), arg_max(line_type, line_number), arg_max(text, line_number), "
        "       max(line_number) FROM typed_line"
    ).fetchone()
    first, last, last_text, lines = ends or (None, None, None, None)
    if spec.header and first != spec.header:
        where, problem = f"{path} line 1", f"is not the header line `{spec.header}`"
        raise extraction.error(where, problem, "have the file delivered again, whole")
    if spec.trailer is None:
        return
    where = f"{path} line {lines}"
    if last != spec.trailer.type:
        problem = f"is not the trailer line `{spec.trailer.type}`, so the file was cut off"
        raise extraction.error(where, problem, "have the file delivered again, whole")
    start, length = spec.trailer.count
    counted = str(last_text)[start - 1 : start - 1 + length].strip()
    expected = int(lines) - 1 - (1 if spec.header else 0)
    if not counted.isdigit() or int(counted) != expected:
        problem = f"counts other than the {expected} lines that the file holds"
        raise extraction.error(where, problem, "have the file delivered again, whole")


def _csv(extraction: Extraction, spec: Csv, resource: str, file: str) -> int:
    path = extraction.file(file)
    _present(extraction, path)
    undecodable = UndecodableLines()
    lines = csv_lines(path, spec, undecodable)
    try:
        header = read_header(lines, spec)
        rows = CsvRows(lines, header, spec, undecodable)
        batches = pa.RecordBatchReader.from_batches(csv_schema(header), rows.batches())
        extraction.con.register("csv_row", batches)
        written = extraction.write(resource, "FROM csv_row")
        extraction.con.unregister("csv_row")
    except HeaderError as error:
        remedy = "have the file delivered again, with its header line"
        raise extraction.error(f"{path} line 1", str(error), remedy) from None
    except (UnicodeError, duckdb.Error) as error:
        raise_if_storage(error)
        problem = f"cannot be read as CSV in {spec.encoding}"
        raise extraction.error(str(path), problem, "have the file delivered again, or correct `encoding`") from None
    extraction.reject(
        [(resource, one.row, one.reason, f"{file} line {one.line} {one.why}", one.raw) for one in rows.refused]
    )
    return written


def _json_lines(extraction: Extraction, resource: str, file: str) -> int:
    lines = _land_lines(extraction, extraction.file(file), "utf-8", resource)
    extraction.con.execute(
        f"""
        INSERT INTO rejected
        SELECT $resource, line_number, 'malformed_json',
               format('{{}} line {{}} is not a JSON document', $file, line_number), text
        FROM {lines} WHERE NOT coalesce(json_type(try_cast(text AS JSON)) = 'OBJECT', false) AND trim(text) <> ''
        """,
        {"resource": resource, "file": file},
    )
    return extraction.write(
        resource,
        f"SELECT line_number AS _row, text::JSON AS document FROM {lines} "
        f"WHERE coalesce(json_type(try_cast(text AS JSON)) = 'OBJECT', false) ORDER BY line_number",
    )


def _json_array(extraction: Extraction, resource: str, file: str) -> int:
    path = extraction.file(file)
    if not path.is_file():
        raise _missing(extraction, path)
    remedy = "have the file delivered again, whole and in UTF-8"
    try:
        with path.open("rb") as content:
            start = content.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
        if not start.startswith(b"["):
            raise extraction.error(str(path), "is not a JSON array", remedy)
        extraction.con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE json_row AS
            SELECT row_number() OVER () AS ordinal, json AS document
            FROM read_json_objects({literal(str(path))}, format = 'array', maximum_object_size = 67108864)
            """
        )
    except duckdb.Error as error:
        raise_if_storage(error)
        problem = "cannot be read as a JSON array of documents"
        raise extraction.error(f"{path}{_json_place(path)}", problem, remedy) from None
    extraction.con.execute(
        """
        INSERT INTO rejected
        SELECT $resource, ordinal, 'malformed_json',
               format('{} element {} is not a JSON document', $file, ordinal), document::VARCHAR
        FROM json_row WHERE json_type(document) IS DISTINCT FROM 'OBJECT'
        """,
        {"resource": resource, "file": file},
    )
    return extraction.write(
        resource, "SELECT ordinal AS _row, document FROM json_row WHERE json_type(document) = 'OBJECT' ORDER BY ordinal"
    )


def _json_place(path: Path) -> str:
    """Return ` line N` where the file stops being UTF-8 or JSON, as the standard library sees it, or nothing."""
    import json  # noqa: PLC0415  # only on the way to an error

    content = path.read_bytes()
    try:
        json.loads(content)
    except UnicodeDecodeError as error:
        return f" line {content[: error.start].count(10) + 1}"
    except json.JSONDecodeError as error:
        return f" line {error.lineno}"
    return ""


def _sqlite(extraction: Extraction, spec: Sqlite) -> dict[str, int]:
    con = extraction.con
    path = extraction.file(spec.path)
    if not path.is_file():
        raise _missing(extraction, path)
    load_sqlite(con)
    con.execute("SET sqlite_all_varchar = true")
    remedy = "have the database delivered again, whole"
    try:
        con.execute(f"ATTACH {literal(str(path))} AS delivery (TYPE sqlite, READ_ONLY)")
        held = {
            name
            for (name,) in con.execute(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = 'delivery' "
                "UNION ALL SELECT view_name FROM duckdb_views() WHERE database_name = 'delivery'"
            ).fetchall()
        }
    except duckdb.Error as error:
        raise_if_storage(error)
        raise extraction.error(str(path), "cannot be read as an SQLite database", remedy) from None
    try:
        counts = {}
        for table in spec.resources:
            if table not in held:
                advice = "correct the source's `resources` or have the table restored"
                raise extraction.error(f"{path}, table {table},", "does not exist", advice)
            try:
                counts[table] = extraction.write(
                    table, f"SELECT row_number() OVER () AS _row, * FROM delivery.{quote(table)}"
                )
            except duckdb.Error as error:
                raise_if_storage(error)
                raise extraction.error(f"{path}, table {table},", "cannot be read to its end", remedy) from None
        return counts
    finally:
        con.execute("DETACH delivery")


def _present(extraction: Extraction, path: Path) -> None:
    if not path.is_file():
        raise _missing(extraction, path)
    if path.stat().st_size == 0:
        raise extraction.error(str(path), "is empty", "have the file delivered again")


def _land_lines(extraction: Extraction, path: Path, encoding: str, resource: str) -> str:
    """Write a text file's lines as Parquet beside the resources and return an SQL relation that reads them."""
    _present(extraction, path)
    undecodable = UndecodableLines()
    target = extraction.into / f".{resource}.lines.parquet"
    reader = pa.RecordBatchReader.from_batches(LINES, read_lines(path, encoding, undecodable))
    extraction.con.register("text_line", reader)
    extraction.con.execute(f"COPY (FROM text_line) TO {literal(str(target))} (FORMAT parquet)")
    extraction.con.unregister("text_line")
    extraction.reject(
        [
            (resource, number, "wrong_encoding", f"{path.name} line {number} is not {encoding}", raw)
            for number, raw in undecodable.lines
        ]
    )
    return f"read_parquet({literal(str(target))})"


def _missing(extraction: Extraction, path: Path) -> SourceError:
    return extraction.error(
        str(path), "does not exist", "check that the delivery arrived and the source's YAML names it"
    )
