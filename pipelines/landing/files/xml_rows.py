"""Reading the row elements of an XML file as JSON documents, one at a time, whatever the size of the file.

Nothing outside the file is read and no entity is expanded: a file that declares a document type is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat  # only to look for a document type

import pyarrow as pa
from lxml import etree

if TYPE_CHECKING:
    from pipelines.source.extract.files import XmlResource

ROWS_AT_ONCE = 20_000
XML_ROWS = pa.schema([("_row", pa.int64()), ("document", pa.json_(pa.string()))])


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
        rows = enumerate(self._documents(), start=1)
        while several := list(islice(rows, ROWS_AT_ONCE)):
            ordinals, documents = zip(*several, strict=True)
            text = pa.array(documents, pa.string()).cast(pa.json_(pa.string()))
            yield pa.record_batch([pa.array(ordinals, pa.int64()), text], schema=XML_ROWS)

    def _documents(self) -> Iterator[str]:
        elements = etree.iterparse(
            str(self.path), events=("end",), tag="{*}" + self.spec.element,
            resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True,
            remove_pis=True,
        )  # fmt: skip
        lists = set(self.spec.lists)
        if _declares_type(self.path):
            self._refuse("", "declares a document type, which is not read for safety")
        try:
            for _, element in elements:
                if next(element.iterancestors("{*}" + self.spec.element), None) is not None:
                    continue  # a part of the row around it
                yield json.dumps(_row(element, lists), ensure_ascii=False)
                _forget(element)
        except etree.XMLSyntaxError as error:
            self._refuse(f" line {error.lineno}", "stops being well-formed XML")

    def _refuse(self, where: str, why: str) -> None:
        self.fault = (where, why)
        raise XmlError


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
