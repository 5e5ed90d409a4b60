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

import pyarrow as pa
from lxml import etree

if TYPE_CHECKING:
    from pipelines.landing.spec.files import XmlResource

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
        try:
            for _, element in elements:
                if element.getroottree().docinfo.doctype:
                    self._refuse("", "declares a document type, which is not read for safety")
                yield json.dumps(_row(element, lists), ensure_ascii=False)
                _forget(element)
            if elements.root is not None and elements.root.getroottree().docinfo.doctype:
                self._refuse("", "declares a document type, which is not read for safety")
        except etree.XMLSyntaxError as error:
            self._refuse(f" line {error.lineno}", "stops being well-formed XML")

    def _refuse(self, where: str, why: str) -> None:
        self.fault = (where, why)
        raise XmlError


def _row(element: etree._Element, lists: set[str]) -> dict[str, Any]:
    """Return the row element itself: always an object, even without children."""
    value = to_value(element, lists)
    return value if isinstance(value, dict) else {} if value is None else {"#text": value}


def to_value(element: etree._Element, lists: set[str]) -> Any:  # noqa: ANN401  # any JSON value
    """Return an element as JSON: attributes as `@name`, children by name, text as `#text`; a bare element is its text.

    Children of one name become a list, and those named in `lists` always do. An empty element is null.
    """
    text = "".join(part for part in (element.text, *(child.tail for child in element)) if part).strip() or None
    if not element.attrib and not len(element):
        return text
    value: dict[str, Any] = {f"@{_local(name)}": given for name, given in element.attrib.items()}
    for child in element:
        name = _local(child.tag)
        held = to_value(child, lists)
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
    return str(etree.QName(name).localname)


def _forget(element: etree._Element) -> None:
    """Free what has been read; lxml keeps the whole tree otherwise."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
