"""Reading the row elements of an XML file as JSON documents, one at a time, whatever the size of the file.

Nothing outside the file is read and no entity is expanded: a file that declares a document type is refused.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat  # only to look for a document type

import pyarrow as pa
from lxml import etree

if TYPE_CHECKING:
    from pipelines.source.extract.files import XmlResource

LETTERS_AT_ONCE = 16_000_000

LONGEST_ROW = 8 * 1024 * 1024
"""Bytes of the file in which a row must end: as long as a line of JSON may be. Its elements take many times as much."""

XML_ROWS = pa.schema([("_row", pa.int64()), ("document", pa.json_(pa.string()))])


class _RowByRow(io.FileIO):
    """A file that is read on only as long as rows end."""

    since_a_row = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes.

        Raises:
            _EndlessError: no row has ended for more than `LONGEST_ROW`.
        """
        some = super().read(size if size is not None else -1) or b""
        self.since_a_row += len(some)
        if self.since_a_row > LONGEST_ROW:
            raise _EndlessError
        return some


class _EndlessError(Exception):
    """No row ends."""


class XmlError(Exception):
    """The file cannot be read as XML; `XmlRows.fault` says where and why."""


@dataclass
class XmlRows:
    """The row elements of a file.

    Attributes:
        path: the file.
        spec: which elements are rows, and which inside them are lists.
        fault: where (` line N` or nothing) and why reading failed, as a clause.
    """

    path: Path
    spec: XmlResource
    fault: tuple[str, str] | None = None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows in the shape of `XML_ROWS`.

        Raises:
            XmlError: the file is not well-formed, or declares a document type.
        """
        documents: list[str] = []
        letters, before = 0, 0
        for document in self._documents():
            documents.append(document)
            letters += len(document)
            if letters > LETTERS_AT_ONCE:
                yield _batch(documents, before)
                before += len(documents)
                documents, letters = [], 0
        if documents:
            yield _batch(documents, before)

    def _documents(self) -> Iterator[str]:
        if _declares_type(self.path):
            self._refuse("", "declares a document type, which is not read for safety")
        with _RowByRow(self.path) as file:
            elements = etree.iterparse(
                file, events=("end",), tag="{*}" + self.spec.element, resolve_entities=False, load_dtd=False,
                no_network=True, huge_tree=False, remove_comments=True, remove_pis=True,
            )  # fmt: skip
            lists = set(self.spec.lists)
            try:
                for _, element in elements:
                    if next(element.iterancestors("{*}" + self.spec.element), None) is not None:
                        continue  # a part of the row around it
                    file.since_a_row = 0
                    yield json.dumps(_row(element, lists), ensure_ascii=False)
                    _forget(element)
            except _EndlessError:
                self._refuse("", f"holds more than {LONGEST_ROW:,} bytes without the end of a row")
            except etree.XMLSyntaxError as error:
                self._refuse(f" line {error.lineno}", "stops being well-formed XML")

    def _refuse(self, where: str, why: str) -> None:
        self.fault = (where, why)
        raise XmlError


def _batch(documents: list[str], before: int) -> pa.RecordBatch:
    ordinals = pa.array(range(before + 1, before + 1 + len(documents)), pa.int64())
    return pa.record_batch([ordinals, pa.array(documents, pa.string()).cast(pa.json_(pa.string()))], schema=XML_ROWS)


class _FoundError(Exception):
    """The document type, or the first element, has been met."""


def _declares_type(path: Path) -> bool:
    """Return whether a file declares a document type, reading no further than that or the first element."""
    declared: list[str] = []

    def declares(name: str, *_: object) -> None:
        declared.append(name)
        raise _FoundError

    def begins(*_: object) -> None:
        raise _FoundError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = declares
    parser.StartElementHandler = begins
    with path.open("rb") as file:
        try:
            parser.ParseFile(file)
        except _FoundError:
            return bool(declared)
        except (expat.ExpatError, ValueError):
            return False  # no XML, which the reader of rows will say better
    return False


def _row(element: etree._Element, lists: set[str]) -> dict[str, Any]:
    """Return the row element itself: always an object, even without children."""
    value = to_value(element, lists)
    return value if isinstance(value, dict) else {} if value is None else {"#text": value}


def to_value(element: etree._Element, lists: set[str]) -> Any:  # noqa: ANN401  # any JSON value
    """Return an element as JSON: attributes as `@name`, children by name, text as `#text`; a plain element is its text.

    Children of one name become a list, and those named in `lists` always do. An empty element is null.
    """
    text = "".join(part for part in (element.text, *(child.tail for child in element)) if part).strip() or None
    if not element.attrib and not len(element):
        return text
    value: dict[str, Any] = {}
    held_by_name = [
        *((f"@{_local(name)}", given) for name, given in element.attrib.items()),
        *((_local(child.tag), to_value(child, lists)) for child in element),
    ]
    for name, held in held_by_name:
        if name in lists:
            value.setdefault(name, []).append(held)
        elif name not in value:
            value[name] = held
        elif isinstance(value[name], list):
            value[name].append(held)
        else:
            value[name] = [value[name], held]
    if text:
        value["#text"] = text
    return value


def _local(name: Any) -> str:  # noqa: ANN401  # lxml's names are strings here, since comments are removed
    return str(name).rpartition("}")[2]


def _forget(element: etree._Element) -> None:
    """Free what has been read; lxml keeps the whole tree otherwise."""
    element.clear()
    for read in (element, *element.iterancestors()):
        while read.getprevious() is not None:
            del read.getparent()[0]
