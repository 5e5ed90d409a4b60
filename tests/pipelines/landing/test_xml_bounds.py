"""An XML file whose rows have no end costs its source a sentence, whatever it is wide or deep of."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from pipelines.landing.files import xml_rows
from pipelines.landing.files.xml_rows import XmlError, XmlRows
from pipelines.source.extract.files import XmlResource

BOMBS = {
    "elements": ("<r><p>" + "<a/>" * 3_000_000 + "</p></r>", "without the end of a row"),
    "none of them rows": ("<r>" + "<a>b</a>" * 1_500_000 + "</r>", "without the end of a row"),
    "text": ("<r><p>" + "x" * 12_000_000 + "</p></r>", "without the end of a row"),
    "depth": ("<r><p>" + "<a>" * 100_000 + "</a>" * 100_000 + "</p></r>", "stops being well-formed XML"),
    "entities": ('<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><r><p>&b;</p></r>', "declares a document type"),
}


@pytest.mark.parametrize(("text", "why"), BOMBS.values(), ids=BOMBS)
def test_a_file_without_end_is_refused_before_it_is_held(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "bomb.xml"
    file.write_text(text, encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows = XmlRows(file, XmlResource(path=file.name, element="p"))
    with pytest.raises(XmlError):
        list(rows.batches())
    assert rows.fault is not None
    assert why in rows.fault[1]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000  # kilobytes


def test_rows_are_numbered_on_from_batch_to_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_rows, "LETTERS_AT_ONCE", 20)
    file = tmp_path / "rows.xml"
    file.write_text("<r>" + "".join(f"<p><a>{number}</a></p>" for number in range(1, 12)) + "</r>", encoding="utf-8")
    batches = list(XmlRows(file, XmlResource(path=file.name, element="p")).batches())
    assert len(batches) > 2
    held = [tuple(row.values()) for batch in batches for row in batch.to_pylist()]
    assert held == [(number, f'{{"a": "{number}"}}') for number in range(1, 12)]
