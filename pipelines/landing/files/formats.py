"""The formats of files: one delivered file, as Parquet files of its resources and the rows that could not be read.

DuckDB's messages quote the data they stumbled on, so none is passed on: an error here names places, never values.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from linkage_models.relations import columns, literal, quote, statement
from linkage_models.words import counted
from pipelines.errors import raise_if_storage
from pipelines.landing.changes import parquet
from pipelines.landing.files.csv_rows import CsvRows, HeaderError, csv_lines, csv_schema, read_header
from pipelines.landing.files.lines import LINES, QuarantinedLines, read_lines
from pipelines.landing.files.xml_rows import XML_ROWS, XmlError, XmlRows
from pipelines.source.extract import Csv, FileSpec, FixedWidth, Json, Parquet, Sqlite, Xml
from pipelines.source.extract.files import wrong_names
from pipelines.warehouse.extensions import load_sqlite

if TYPE_CHECKING:
    from pipelines.landing.extraction import Extraction
    from pipelines.landing.files.places import Arrived


LARGEST_LOOKED_AT = 64 * 1024 * 1024
"""Bytes of a JSON file in which the place of a fault is looked for: it is held in memory for that."""


def read_file(extraction: Extraction, spec: FileSpec, resources: tuple[str, ...], file: Arrived) -> dict[str, int]:
    """Write the resources that a file holds as Parquet and return the number of rows of each.

    Raises:
        SourceError: the file cannot be read as declared.
    """
    (resource, *_) = resources
    if file.path.stat().st_size == 0:
        raise extraction.error(file.place, "is empty", "have the file delivered again")
    match spec:
        case FixedWidth():
            return _fixed_width(extraction, spec, file)
        case Csv():
            return {resource: _csv(extraction, spec, resource, file)}
        case Json():
            read = _json_array if spec.layout == "array" else _json_lines
            return {resource: read(extraction, resource, file)}
        case Xml():
            return {resource: _xml(extraction, spec, resource, file)}
        case Parquet():
            return {resource: _parquet(extraction, resource, file)}
        case Sqlite():
            return _sqlite(extraction, spec, file)


def _fixed_width(extraction: Extraction, spec: FixedWidth, file: Arrived) -> dict[str, int]:
    con = extraction.con
    _land_lines(extraction, file, spec.encoding, next(iter(spec.resources)))
    start, length = spec.record_type
    extraction.own.view("typed_line", f"SELECT *, substr(text, {start}, {length}) AS line_type FROM text_line")
    _check_envelope(extraction, spec, file)
    counts: dict[str, int] = {}
    for resource, line_type in spec.resources.items():
        fields = {
            quote(field): f"nullif(trim(substr(text, {first}, {size})), '')"
            for field, (first, size) in line_type.fields.items()
        }
        counts[resource] = extraction.write(
            resource,
            f"SELECT line_number AS _row, {columns(fields)} FROM typed_line "
            f"WHERE line_type = {literal(line_type.type)} AND length(text) = {line_type.length} ORDER BY line_number",
        )
        con.execute(
            statement(__file__, "wrong_length"),
            {"resource": resource, "file": file.name, "line_type": line_type.type, "length": line_type.length},
        )
    con.execute(
        statement(__file__, "unknown_type"),
        {
            "resource": next(iter(spec.resources)),
            "file": file.name,
            "types": [line_type.type for line_type in spec.resources.values()],
            "header": spec.header is not None,
            "trailer": spec.trailer is not None,
        },
    )
    return counts


def _check_envelope(extraction: Extraction, spec: FixedWidth, file: Arrived) -> None:
    """Raise unless the file begins with its header and ends with a trailer that has the right count of lines."""
    ends = extraction.con.execute(
        "SELECT arg_min(line_type, line_number), arg_max(line_type, line_number), arg_max(text, line_number), "
        "       max(line_number) FROM typed_line"
    ).fetchone()
    first, last, last_text, lines = ends if ends and ends[3] else (None, None, None, 1)
    if spec.header and first != spec.header:
        where, problem = f"{file.place} line 1", f"is not the header line `{spec.header}`"
        raise extraction.error(where, problem, "have the file delivered again, whole")
    if spec.trailer is None:
        return
    where = f"{file.place} line {lines}"
    if last != spec.trailer.type:
        problem = f"is not the trailer line `{spec.trailer.type}`, so the file was cut off"
        raise extraction.error(where, problem, "have the file delivered again, whole")
    start, length = spec.trailer.count
    told = str(last_text)[start - 1 : start - 1 + length].strip()
    expected = int(lines) - 1 - (1 if spec.header else 0)
    if not told.isdecimal() or int(told) != expected:
        problem = f"counts other than the {counted(expected, 'line')} that the file holds"
        raise extraction.error(where, problem, "have the file delivered again, whole")


def _csv(extraction: Extraction, spec: Csv, resource: str, file: Arrived) -> int:
    quarantined = QuarantinedLines()
    lines = csv_lines(file.path, spec, quarantined)
    try:
        header = spec.columns or read_header(lines, spec)
        rows = CsvRows(lines, header, spec, quarantined)
        batches = pa.RecordBatchReader.from_batches(csv_schema(header), rows.batches())
        written = extraction.write_rows(resource, batches)
    except HeaderError as error:
        remedy = "have the file delivered again, with its header line"
        raise extraction.error(f"{file.place} line 1", str(error), remedy) from None
    except (UnicodeError, duckdb.Error) as error:
        raise_if_storage(error)
        problem = f"cannot be read as CSV in {spec.encoding}"
        raise extraction.error(file.place, problem, "have the file delivered again, or correct `encoding`") from None
    extraction.quarantine(
        [(resource, row.row, row.reason, f"{file.name} line {row.line} {row.why}", row.raw) for row in rows.quarantined]
    )
    return written


def _json_lines(extraction: Extraction, resource: str, file: Arrived) -> int:
    _land_lines(extraction, file, "utf-8", resource)
    is_document = "json_type(try_cast(text AS JSON)) IS NOT DISTINCT FROM 'OBJECT'"
    extraction.own.view("json_line", f"SELECT *, {is_document} AS is_document FROM text_line")
    extraction.con.execute(
        statement(__file__, "malformed_line"), {"resource": resource, "file": file.name, "blank": " \t\r"}
    )
    return extraction.write(
        resource,
        "SELECT line_number AS _row, text::JSON AS document FROM json_line WHERE is_document ORDER BY line_number",
    )


def _json_array(extraction: Extraction, resource: str, file: Arrived) -> int:
    remedy = "have the file delivered again, whole and in UTF-8"
    try:
        with file.path.open("rb") as content:
            start = content.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
        if not start.startswith(b"["):
            raise extraction.error(file.place, "is not a JSON array", remedy)
        extraction.own.table(
            "json_element",
            "SELECT row_number() OVER () AS ordinal, json AS document "
            f"FROM read_json_objects({literal(str(file.path))}, format = 'array', maximum_object_size = 67108864)",
        )
    except duckdb.Error as error:
        raise_if_storage(error)
        problem = "cannot be read as a JSON array of documents"
        raise extraction.error(f"{file.place}{_json_place(file.path)}", problem, remedy) from None
    extraction.con.execute(statement(__file__, "malformed_element"), {"resource": resource, "file": file.name})
    return extraction.write(
        resource,
        "SELECT ordinal AS _row, document FROM json_element WHERE json_type(document) = 'OBJECT' ORDER BY ordinal",
    )


def _json_place(path: Path) -> str:
    """Return ` line N`, where the standard library finds that the file is not UTF-8 or JSON, or an empty text."""
    import json  # noqa: PLC0415  # only on the way to an error

    if path.stat().st_size > LARGEST_LOOKED_AT:
        return ""
    content = path.read_bytes()
    try:
        json.loads(content)
    except UnicodeDecodeError as error:
        return f" line {content[: error.start].count(10) + 1}"
    except json.JSONDecodeError as error:
        return f" line {error.lineno}"
    except (ValueError, RecursionError):
        return ""  # a number or a nesting that is too long
    return ""


def _xml(extraction: Extraction, spec: Xml, resource: str, file: Arrived) -> int:
    rows = XmlRows(file.path, spec.resources[resource])
    try:
        return extraction.write_rows(resource, pa.RecordBatchReader.from_batches(XML_ROWS, rows.batches()))
    except (XmlError, duckdb.Error) as error:
        raise_if_storage(error)
        where, problem = rows.fault or ("", "cannot be read as XML")
        raise extraction.error(f"{file.place}{where}", problem, "have the file delivered again, whole") from None


def _parquet(extraction: Extraction, resource: str, file: Arrived) -> int:
    source = parquet(file.path)
    try:
        _check_names(extraction, file.place, source)
        return extraction.write(resource, f"SELECT row_number() OVER () AS _row, * FROM {source}")
    except duckdb.Error as error:
        raise_if_storage(error)
        raise extraction.error(
            file.place, "cannot be read as Parquet", "have the file delivered again, whole"
        ) from None


def _sqlite(extraction: Extraction, spec: Sqlite, file: Arrived) -> dict[str, int]:
    con = extraction.con
    load_sqlite(con)
    con.execute("SET sqlite_all_varchar = true")
    remedy = "have the database delivered again, whole"
    try:
        con.execute(f"ATTACH {literal(str(file.path))} AS delivery (TYPE sqlite, READ_ONLY)")
        held = {
            name
            for (name,) in con.execute(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = 'delivery' "
                "UNION ALL SELECT view_name FROM duckdb_views() WHERE database_name = 'delivery'"
            ).fetchall()
        }
    except duckdb.Error as error:
        raise_if_storage(error)
        raise extraction.error(file.place, "cannot be read as an SQLite database", remedy) from None
    try:
        counts = {}
        for table in spec.resources:
            if table not in held:
                advice = "correct the source's `resources` or have the table restored"
                raise extraction.error(f"{file.place}, table {table},", "does not exist", advice)
            try:
                _check_names(extraction, f"{file.place}, table {table},", f"delivery.{quote(table)}")
                counts[table] = extraction.write(
                    table, f"SELECT row_number() OVER () AS _row, * FROM delivery.{quote(table)}"
                )
            except duckdb.Error as error:
                raise_if_storage(error)
                raise extraction.error(f"{file.place}, table {table},", "cannot be read to its end", remedy) from None
        return counts
    finally:
        con.execute("DETACH delivery")


def _check_names(extraction: Extraction, where: str, relation: str) -> None:
    names = [name for name, *_ in extraction.con.execute(f"DESCRIBE FROM {relation}").fetchall()]
    if problem := wrong_names(names):
        raise extraction.error(where, problem, "have the column named otherwise")


def _land_lines(extraction: Extraction, file: Arrived, encoding: str, resource: str) -> None:
    """Write a text file's lines as Parquet beside the resources and let the view `text_line` read them."""
    quarantined = QuarantinedLines()
    target = extraction.into / f".{resource}.lines.parquet"
    reader = pa.RecordBatchReader.from_batches(LINES, read_lines(file.path, encoding, quarantined))
    extraction.own.rows("given_row", reader)
    extraction.con.execute(f"COPY (FROM given_row) TO {literal(str(target))} (FORMAT parquet)")
    extraction.own.drop("given_row")
    extraction.own.view("text_line", f"FROM {parquet(target)}")
    extraction.quarantine(
        [
            (resource, line.line, line.reason, f"{file.name} line {line.line} {line.why}", line.raw)
            for line in quarantined.lines
        ]
    )
