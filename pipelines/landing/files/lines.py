"""Reading text files line by line, with real line numbers; lines that cannot be read are quarantined."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK_BYTES = 16 * 1024 * 1024
LONGEST_LINE = 8 * 1024 * 1024
"""Bytes. A longer line is not a record but a file without line ends, and is not held in memory."""

KEPT_OF_LONG_LINE = 1024
"""Bytes that quarantine shows of a line that is too long."""

UTF_16 = "utf-16"

LINES = pa.schema([("line_number", pa.int64()), ("text", pa.string())])


@dataclass(frozen=True, slots=True)
class UnreadableLine:
    """A line that cannot be read: its number counted from 1, why, and what it holds with bad bytes escaped."""

    line: int
    reason: str
    why: str
    raw: str


@dataclass
class QuarantinedLines:
    """The lines of one file that cannot be read, in order."""

    lines: list[UnreadableLine] = field(default_factory=list)


def read_lines(path: Path, encoding: str, quarantined: QuarantinedLines) -> Iterator[pa.RecordBatch]:
    r"""Yield the file's lines in batches of (line_number counted from 1, text without its line end).

    Args:
        path: the file; `\n` or `\r\n` ends a line, and the last may lack its end. A byte order mark is left out.
        encoding: an encoding in which `\n` is the single byte 0x0A, or UTF-16.
        quarantined: receives the lines that are too long or cannot be decoded; they are not yielded.
    """
    number = 0
    rest = b""
    with path.open("rb") as stored:
        file = _Utf16AsUtf8(stored) if encoding == UTF_16 else _after_mark(stored, encoding)
        encoding = "utf-8" if encoding == UTF_16 else encoding
        while True:
            chunk = file.read(CHUNK_BYTES)
            block = rest + chunk
            if chunk:
                end = block.rfind(b"\n") + 1
                block, rest = block[:end], block[end:]
            if block:
                raw = block.split(b"\n")
                if block.endswith(b"\n"):
                    raw.pop()
                yield _decode(raw, number, encoding, quarantined)
                number += len(raw)
            if not chunk:
                return
            if len(rest) > LONGEST_LINE:
                number += 1
                quarantined.lines.append(_too_long(number, rest, encoding))
                rest = b""
                after = _skip_line(file)
                if after is None:
                    return
                rest = after


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes:
        """Return the next bytes, about so many; none at the end."""


def _after_mark(file: BinaryIO, encoding: str) -> BinaryIO:
    if codecs.lookup(encoding).name != "utf-8" or file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
        file.seek(0)
    return file


class _Utf16AsUtf8:
    """A UTF-16 file read as UTF-8; what is not text in one is not text in the other. Little-endian without a mark."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        mark = file.read(2)
        if mark not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            file.seek(0)
        order = "utf-16-be" if mark == codecs.BOM_UTF16_BE else "utf-16-le"
        self._decoder = codecs.getincrementaldecoder(order)("surrogatepass")

    def read(self, size: int, /) -> bytes:
        """Return the next bytes; none at the end."""
        while chunk := self._file.read(size):
            if text := self._decoder.decode(chunk):
                return text.encode("utf-8", "surrogatepass")
        left, _ = self._decoder.getstate()
        self._decoder.reset()
        return b"\xff" if left else b""


def _skip_line(file: _Readable) -> bytes | None:
    """Read to the end of the line and return what was read beyond it; None at the end of the file."""
    while chunk := file.read(CHUNK_BYTES):
        end = chunk.find(b"\n")
        if end >= 0:
            return bytes(chunk[end + 1 :])
    return None


def _too_long(number: int, start: bytes, encoding: str) -> UnreadableLine:
    raw = start[:KEPT_OF_LONG_LINE].decode(encoding, errors="backslashreplace")
    return UnreadableLine(number, "overlong_line", f"is longer than {LONGEST_LINE:,} bytes", f"{raw}...")


def _decode(raw: list[bytes], before: int, encoding: str, quarantined: QuarantinedLines) -> pa.RecordBatch:
    try:
        if max(map(len, raw)) > LONGEST_LINE:
            raise ValueError  # noqa: TRY301  # UnicodeDecodeError is one too: either way line by line
        texts = b"\n".join(raw).decode(encoding).split("\n")
        numbers = list(range(before + 1, before + 1 + len(texts)))
    except ValueError:
        texts, numbers = [], []
        for number, line in enumerate(raw, start=before + 1):
            if len(line) > LONGEST_LINE:
                quarantined.lines.append(_too_long(number, line, encoding))
                continue
            try:
                text = line.decode(encoding)
            except UnicodeError:
                escaped = line.decode(encoding, errors="backslashreplace")
                quarantined.lines.append(UnreadableLine(number, "wrong_encoding", f"is not {encoding}", escaped))
                continue
            texts.append(text)
            numbers.append(number)
    stripped = [text.removesuffix("\r") for text in texts]
    return pa.record_batch([pa.array(numbers, pa.int64()), pa.array(stripped, pa.string())], schema=LINES)
