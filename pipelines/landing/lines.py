"""Reading text files line by line, with real line numbers and lines of a wrong encoding set apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK_BYTES = 16 * 1024 * 1024
LINES = pa.schema([("line_number", pa.int64()), ("text", pa.string())])


@dataclass
class UndecodableLines:
    """Lines that are not in the declared encoding, as (line number, the line with its bad bytes escaped)."""

    lines: list[tuple[int, str]] = field(default_factory=list)


def read_lines(path: Path, encoding: str, undecodable: UndecodableLines) -> Iterator[pa.RecordBatch]:
    r"""Yield the file's lines in batches of (line_number counted from 1, text without its line end).

    Args:
        path: the file; `\n` or `\r\n` ends a line, and the last may lack its end.
        encoding: an encoding in which `\n` is the single byte 0x0A.
        undecodable: receives the lines that cannot be decoded; they are not yielded.
    """
    number = 0
    with path.open("rb") as file:
        rest = b""
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
                yield _decode(raw, number, encoding, undecodable)
                number += len(raw)
            if not chunk:
                return


def _decode(raw: list[bytes], before: int, encoding: str, undecodable: UndecodableLines) -> pa.RecordBatch:
    try:
        texts = b"\n".join(raw).decode(encoding).split("\n")
        numbers = list(range(before + 1, before + 1 + len(texts)))
    except UnicodeDecodeError:
        texts, numbers = [], []
        for number, line in enumerate(raw, start=before + 1):
            try:
                text = line.decode(encoding)
            except UnicodeDecodeError:
                undecodable.lines.append((number, line.decode(encoding, errors="backslashreplace")))
                continue
            texts.append(text)
            numbers.append(number)
    stripped = [text.removesuffix("\r") for text in texts]
    return pa.record_batch([pa.array(numbers, pa.int64()), pa.array(stripped, pa.string())], schema=LINES)
