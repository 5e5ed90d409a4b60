"""Reading CSV row by row, so that one damaged row never spoils its neighbours.

A stray quotation mark makes a CSV reader take everything up to the next one for a single field. Here a row that stays
open at the end of its line is tried together with the lines that follow; if that gives no row of the right number
of fields, the line alone is quarantined and reading goes on with the next.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from linkage_models.words import counted
from pipelines.landing.files.lines import LONGEST_LINE, QuarantinedLines, read_lines
from pipelines.source.extract.files import wrong_names

if TYPE_CHECKING:
    from pipelines.source.extract import Csv

ROWS_AT_ONCE = 2_048
"""Rows in one batch: as many as DuckDB takes at once. More would live longer and cost the garbage collector more."""

LINES_AT_ONCE = 500
"""Lines tried together: if one of them is not a sound row, all are read one by one."""

LONGEST_ROW = 1_000
"""Lines one row may run over: the longest free text a person would type, and a bound on what a stray mark can cost."""


csv.field_size_limit(2 * LONGEST_LINE)  # the library's own limit is shorter than texts that people file

END = (0, "")
"""Stands for the line after the last."""


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row that cannot be read: its place among the rows, counted from 1, its line, and why."""

    row: int
    line: int
    reason: str
    why: str
    raw: str


class HeaderError(Exception):
    """The first line is not a header that names every column once; the message is a clause saying why."""


def csv_lines(path: Path, spec: Csv, quarantined: QuarantinedLines) -> Iterator[tuple[int, str]]:
    """Yield the file's lines with their numbers, counted from 1; those that cannot be read are quarantined."""
    for batch in read_lines(path, spec.encoding, quarantined):
        yield from zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)


def read_header(lines: Iterator[tuple[int, str]], spec: Csv) -> list[str]:
    """Return the column names, taking the first line.

    Raises:
        HeaderError: there is no first line, or it does not name every column once.
    """
    number, text = next(lines, END)
    if number != 1:
        raise HeaderError(f"cannot be read in {spec.encoding}" if number else "is missing")
    header = _fields(text, spec)
    if not header:
        raise HeaderError("is not a header that names every column")
    if problem := wrong_names(header):
        raise HeaderError(problem)
    return header


def csv_schema(header: list[str]) -> pa.Schema:
    """Return the schema of the batches that `CsvRows` gives: `_row` and the columns, all text."""
    return pa.schema([("_row", pa.int64()), *((name, pa.string()) for name in header)])


@dataclass
class CsvRows:
    """The rows after the header, in batches.

    Attributes:
        lines: numbered lines, the header taken.
        header: the column names.
        spec: the dialect.
        unreadable: receives the lines that cannot be read while `lines` is read; each counts as a row.
        quarantined: receives the rows that cannot be read.
    """

    lines: Iterator[tuple[int, str]]
    header: list[str]
    spec: Csv
    unreadable: QuarantinedLines
    quarantined: list[QuarantinedRow] = field(default_factory=list)
    _ahead: deque[tuple[int, str]] = field(default_factory=deque)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows that can be read, in the shape of `csv_schema`; empty fields are NULL."""
        schema = csv_schema(self.header)
        rows = self._rows()
        while several := list(islice(rows, ROWS_AT_ONCE)):
            ordinals, fields = zip(*several, strict=True)
            columns = (_empty_as_null(pa.array(column, pa.string())) for column in zip(*fields, strict=True))
            yield pa.record_batch([pa.array(ordinals, pa.int64()), *columns], schema=schema)

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        ordinal = bad_lines = 0
        while True:
            if not self._ahead and (block := list(islice(self.lines, LINES_AT_ONCE))):
                rows = self._all_at_once(block, bad_lines)
                if rows is not None:
                    yield from enumerate(rows, start=ordinal + 1)
                    ordinal += len(rows)
                    continue
                self._ahead.extend(block)
            number, text = self._ahead.popleft() if self._ahead else next(self.lines, END)
            # Lines that cannot be read are known as soon as a line after them has been read.
            while bad_lines < len(self.unreadable.lines):
                bad = self.unreadable.lines[bad_lines]
                if number and bad.line > number:
                    break
                ordinal, bad_lines = ordinal + 1, bad_lines + 1
                self.quarantined.append(QuarantinedRow(ordinal, bad.line, bad.reason, bad.why, bad.raw))
            if not number:
                return
            if not text:
                continue
            ordinal += 1
            row = _fields(text, self.spec) or self._over_several_lines(number, text)
            if row is not None and len(row) == len(self.header):
                yield ordinal, row
                continue
            has = f"has {counted(len(row or ()), 'field')} where the header has {len(self.header)}"
            why = has if row else "cannot be read as CSV"
            self.quarantined.append(QuarantinedRow(ordinal, number, "malformed_line", why, text))

    def _all_at_once(self, block: list[tuple[int, str]], bad_lines: int) -> list[list[str]] | None:
        """Return the rows of some lines if each line is one sound row, as almost all are; otherwise None."""
        if len(self.unreadable.lines) > bad_lines and self.unreadable.lines[bad_lines].line < block[-1][0]:
            return None
        texts = [text for _, text in block if text]
        try:
            rows = list(_reader(texts, self.spec))
        except csv.Error:
            return None
        # A row takes a line or more, so as many rows as lines are a row a line.
        return rows if len(rows) == len(texts) and set(map(len, rows)) <= {len(self.header)} else None

    def _over_several_lines(self, number: int, text: str) -> list[str] | None:
        """Return the row that begins with this line and goes on in the next, taking those; None if there is none."""
        if self.spec.quote not in text:
            return None
        parts = [text]
        length = len(text)
        # A line without a quotation mark cannot end a quoted field, so only the others are worth a look.
        while self.spec.quote not in parts[-1] or _is_open("\n".join(parts), self.spec):
            taken = len(parts) - 1
            if taken == LONGEST_ROW or length > LONGEST_LINE:
                return None
            if taken == len(self._ahead):
                self._ahead.append(next(self.lines, END))
            line, more = self._ahead[taken]
            if line != number + taken + 1:  # the end, or a line that cannot be read
                return None
            parts.append(more)
            length += len(more)
        row = _fields("\n".join(parts), self.spec)
        if row is None or len(row) != len(self.header):
            return None
        for _ in parts[1:]:
            self._ahead.popleft()
        return row


def _empty_as_null(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _fields(text: str, spec: Csv) -> list[str] | None:
    """Return the fields of one whole row; None if it is none, for example because a quoted field does not end."""
    if spec.quote not in text and "\r" not in text:
        return text.split(spec.delimiter)  # what the reader would give, several times quicker
    try:
        return next(_reader([text], spec), None)
    except csv.Error:
        return None


def _reader(texts: list[str], spec: Csv) -> Iterator[list[str]]:
    return csv.reader(texts, delimiter=spec.delimiter, quotechar=spec.quote, strict=True)


def _is_open(text: str, spec: Csv) -> bool:
    """Return whether the text is the beginning of a row whose last field is quoted and has not ended."""
    return _fields(text, spec) is None and _fields(text + spec.quote, spec) is not None
