"""What the files of each format may hold, and that what cannot be read costs itself and never its neighbours."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from pydantic import ValidationError

from pipelines.settings import Settings
from tests.pipelines.landing.delivery import asked, extract, home, put, quarantined, refusal, take_in

HUGE = 100 * 1024 * 1024
LINE_TYPES = {"people": {"type": "P", "fields": {"id": [2, 1], "name": [3, 4]}}}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return home(tmp_path)


def take_csv(settings: Settings, content: bytes | str, **fields: Any) -> list[tuple[Any, ...]]:
    """Deliver a CSV file and return what was landed of it."""
    put(settings.deliveries / "people.csv", content)
    take_in(settings, format="csv", resources={"people": "people.csv"}, **fields)
    return asked(settings, "people")


def take_lines(settings: Settings, content: bytes | str, **fields: Any) -> list[tuple[Any, ...]]:
    """Deliver a fixed-width file and return what was landed of it."""
    put(settings.deliveries / "people.txt", content)
    spec = {"path": "people.txt", "record_type": [1, 1], "resources": LINE_TYPES, **fields}
    take_in(settings, format="fixed_width", **spec)
    return asked(settings, "people")


def take_xml(settings: Settings, content: bytes | str, element: str = "p", **fields: Any) -> list[Any]:
    """Deliver an XML file and return the documents landed of it."""
    put(settings.deliveries / "people.xml", content)
    take_in(settings, **xml(element, **fields))
    return [json.loads(document) for (document,) in asked(settings, "people")]


def xml(element: str = "p", **fields: Any) -> dict[str, Any]:
    return {"format": "xml", "resources": {"people": {"path": "people.xml", "element": element, **fields}}}


# Lines.

BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n", "\r\n"])
def test_a_line_ends_as_windows_or_unix_has_it_and_the_last_needs_no_end(
    settings: Settings, line_end: str, last: str
) -> None:
    assert take_csv(settings, line_end.join(["id,name", "1,A", "2,B"]) + last) == [("1", "A"), ("2", "B")]
    assert take_lines(settings, line_end.join(["P1Anna", "P2Bert"]) + last) == [("1", "Anna"), ("2", "Bert")]


def test_a_lone_carriage_return_ends_no_line(settings: Settings) -> None:
    put(settings.deliveries / "people.csv", "id,name\r1,A\r2,B\r")
    assert "people.csv line 1" in refusal(settings, format="csv", resources={"people": "people.csv"})
    assert take_csv(settings, "1,A\r2,B\r\n3,C\n", columns=["id", "name"]) == [("3", "C")]
    assert quarantined(settings) == [(1, "malformed_line")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("header", [True, False])
def test_csv_is_read_in_its_encoding_with_and_without_a_mark_and_a_header(
    settings: Settings, encoding: str, header: bool
) -> None:
    content = ("id,name\n" if header else "") + '1,"Zoë,\nÄnn"\n2,Ng\n'
    declared = {"utf-8-sig": "utf-8", "utf-16-le": "UTF-16"}.get(encoding, encoding)
    columns = {} if header else {"columns": ["id", "name"]}
    found = take_csv(settings, content.encode(encoding), encoding=declared, **columns)
    assert found == [("1", "Zoë,\nÄnn"), ("2", "Ng")]


def test_big_endian_utf_16_is_told_by_its_mark(settings: Settings) -> None:
    found = take_csv(settings, b"\xfe\xff" + "id,name\n1,Zoë\n".encode("utf-16-be"), encoding="utf-16")
    assert found == [("1", "Zoë")]


def test_a_line_that_is_no_utf_16_costs_itself(settings: Settings) -> None:
    lone = "1,A\n2,".encode("utf-16-le") + b"\x00\xd8" + "\n3,C\n".encode("utf-16-le")
    assert take_csv(settings, lone + b"4", encoding="utf-16", columns=["id", "name"]) == [("1", "A"), ("3", "C")]
    assert quarantined(settings) == [(2, "wrong_encoding"), (4, "wrong_encoding")]


def test_a_mark_before_fixed_width_and_json_lines_is_left_out(settings: Settings) -> None:
    assert take_lines(settings, BOM + b"HX\nP1Anna\n", header="H") == [("1", "Anna")]
    put(settings.deliveries / "people.jsonl", BOM + b'{"id": 1}\n')
    take_in(settings, format="json", layout="lines", resources={"people": "people.jsonl"})
    assert asked(settings, "people") == [('{"id": 1}',)]


def test_invalid_bytes_and_nul_cost_their_own_line_or_nothing(settings: Settings) -> None:
    assert take_csv(settings, b"id,name\n1,A\n2,\xff\xfe\n3,\0\n4,D\n") == [("1", "A"), ("3", "\0"), ("4", "D")]
    assert quarantined(settings) == [(2, "wrong_encoding")]
    assert take_lines(settings, b"P1Anna\nP2\xff\xff\xff\xff\nP3\0\0\0\0\n") == [("1", "Anna"), ("3", "\0\0\0\0")]
    assert quarantined(settings) == [(2, "wrong_encoding")]


def test_a_text_that_people_filed_may_be_long(settings: Settings) -> None:
    text = 'said "' + "so " * 100_000 + '"'
    quoted = text.replace('"', '""')
    assert take_csv(settings, f'id,name\n1,"{quoted}"\n2,B\n') == [("1", text), ("2", "B")]


@pytest.mark.parametrize("header", ["_row,name", "id,_FILE", "id,\0", "id,ID", "id,", '"id\nname"', '"id'])
def test_a_header_must_name_every_column_once_and_none_of_conjoins_own(settings: Settings, header: str) -> None:
    put(settings.deliveries / "people.csv", f"{header}\n1,A\n")
    text = refusal(settings, format="csv", resources={"people": "people.csv"})
    assert "people.csv line 1 " in text
    if '"' not in header:
        with pytest.raises(ValidationError):
            extract(format="csv", resources={"people": "people.csv"}, columns=header.split(","))


@pytest.mark.parametrize("encoding", ["base64", "rot13", "hex", "utf-32", "cp037", "none", "undefined", "idna", "a\0b"])
def test_what_is_no_encoding_of_lines_is_refused(encoding: str) -> None:
    for spec in (
        {"format": "csv", "resources": {"people": "x.csv"}},
        {"format": "fixed_width", "path": "x.txt", "resources": LINE_TYPES},
    ):
        with pytest.raises(ValidationError):
            extract(**spec, encoding=encoding)


@pytest.mark.parametrize(
    "marks", [{"delimiter": "\n"}, {"quote": "\r"}, {"delimiter": "|", "quote": "|"}, {"quote": "\0"}]
)
def test_marks_that_cannot_divide_a_row_are_refused(marks: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        extract(format="csv", resources={"people": "x.csv"}, **marks)


@pytest.mark.parametrize("delimiter", ["|", "\t", ";", "\x1f", "é"])
def test_other_marks_divide_a_row(settings: Settings, delimiter: str) -> None:
    content = "id,name\n1,'A,''B'\n".replace(",", delimiter)
    assert take_csv(settings, content, delimiter=delimiter, quote="'") == [("1", f"A{delimiter}'B")]


def fixed_width_of(settings: Settings, content: str, **fields: Any) -> tuple[list[Any], list[Any]]:
    return take_lines(settings, content, **fields), quarantined(settings)


def test_header_and_trailer_count_only_where_they_belong(settings: Settings) -> None:
    trailer = {"type": "T", "count": [2, 3]}
    assert fixed_width_of(settings, "H\nP1Anna\nH\nT001\nP2Bert\nT004\n", header="H", trailer=trailer) == (
        [("1", "Anna"), ("2", "Bert")],
        [(3, "unknown_line_type"), (4, "unknown_line_type")],
    )
    with pytest.raises(ValidationError):
        extract(format="fixed_width", path="x", record_type=[1, 1], resources=LINE_TYPES, header="P")


@pytest.mark.parametrize("count", ["²", "", "9", "x"])
def test_a_trailer_must_count(settings: Settings, count: str) -> None:
    put(settings.deliveries / "people.txt", f"P1Anna\nT{count}\n")
    trailer = {"type": "T", "count": [2, 1]}
    spec = {"path": "people.txt", "record_type": [1, 1], "resources": LINE_TYPES, "trailer": trailer}
    assert "line 2 counts other than the 1 line that" in refusal(settings, format="fixed_width", **spec)


def test_a_fixed_width_file_of_unreadable_lines_alone_is_not_whole(settings: Settings) -> None:
    put(settings.deliveries / "people.txt", b"\xff\n")
    spec = {"path": "people.txt", "record_type": [1, 1], "resources": LINE_TYPES}
    trailer = {"trailer": {"type": "T", "count": [2, 1]}}
    assert "line 1 is not the trailer line" in refusal(settings, format="fixed_width", **spec, **trailer)
    take_in(settings, format="fixed_width", **spec)
    assert quarantined(settings) == [(1, "wrong_encoding")]


# What is large is landed in a process of its own, so that its memory can be told.

MEASURE = """
import json, resource, sys
from pathlib import Path
from tests.pipelines.landing.delivery import asked, home, quarantined, take_in
settings = home(Path(sys.argv[1]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
told = []
for spec in json.loads(sys.argv[2]):
    load = take_in(settings, **spec)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    told.append([load.rows["people"], quarantined(settings), grown // 1024])
Path(sys.argv[3]).write_text(json.dumps(told))
"""


def measured(folder: Path, *specs: dict[str, Any]) -> list[tuple[int, list[Any], int]]:
    """Land in a process of its own; return each time the rows, what was quarantined, and the growth of memory in MB."""
    told = folder / "told"
    subprocess.run([sys.executable, "-c", MEASURE, str(folder), json.dumps(specs), str(told)], check=True)
    return [tuple(one) for one in json.loads(told.read_text())]


def endless(path: Path, before: str, after: str) -> None:
    """Write a file in which one line has no end for so long that it is no line."""
    put(path, before)
    with path.open("r+b") as file:
        file.seek(len(before) + HUGE)  # a hole reads as NUL bytes
        file.write(after.encode())


def test_what_is_large_costs_little_memory(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    endless(inbox / "people.csv", "id,name\n1,A\n2,", "\n3,C\n")
    endless(inbox / "people.txt", "P1Anna\nP2", "\nP3Carl\n")
    endless(inbox / "people.jsonl", '{"id": 1}\n{"id": ', '}\n{"id": 3}\n')
    rows = 200_000
    part = "<g><p id='1'><name>Some Body</name><address><line>1 High Street</line><town>X</town></address></p></g>\n"
    put(inbox / "people.xml", "<a>" + part * rows + "</a>")
    found = measured(
        tmp_path,
        {"format": "csv", "resources": {"people": "people.csv"}},
        {"format": "fixed_width", "path": "people.txt", "record_type": [1, 1], "resources": LINE_TYPES},
        {"format": "json", "layout": "lines", "resources": {"people": "people.jsonl"}},
        xml(),
    )
    overlong = [[2, "overlong_line"]]
    assert [(landed, refused) for landed, refused, _ in found] == [(2, overlong)] * 3 + [(rows, [])]
    grown = [megabytes for _, _, megabytes in found]
    assert max(grown[:3]) < 100, grown
    assert grown[3] < 250, grown  # its tree takes more than twice that


def test_an_overlong_line_shows_how_it_begins(settings: Settings) -> None:
    endless(settings.deliveries / "people.csv", "id,name\n1,Anna", "\n2,B\n")
    assert take_in(settings, format="csv", resources={"people": "people.csv"}).rows == {"people": 1}
    (load,) = (settings.landing / "acme").glob("*/_rejected.parquet")
    (raw,) = pyarrow.parquet.read_table(load)["raw"].to_pylist()
    assert raw.startswith("1,Anna")
    assert len(raw) < 2000


# XML.


def test_xml_becomes_documents(settings: Settings) -> None:
    content = """<?xml version="1.0"?>
    <n:all xmlns:n="urn:n" xmlns:o="urn:o"><!-- none --><n:p id="1" o:kind="x" kind="y"><name>A &amp; B &#233;</name>
      <alias>C</alias><alias>D</alias><empty/><note lang="en">plain <![CDATA[<b>]]><!-- no --> text</note></n:p>
      <group><n:p>bare</n:p></group><n:p/><p id=""><alias>only</alias></p></n:all>"""
    assert take_xml(settings, content, lists=["alias"]) == [
        {
            "@id": "1", "@kind": ["x", "y"], "name": "A & B é", "alias": ["C", "D"], "empty": None,
            "note": {"@lang": "en", "#text": "plain <b> text"},
        },
        {"#text": "bare"},
        {},
        {"@id": "", "alias": ["only"]},
    ]  # fmt: skip


def test_mixed_text_keeps_all_of_its_parts(settings: Settings) -> None:
    assert take_xml(settings, "<a><p>one<b>two</b>three<b/>four</p></a>") == [
        {"b": ["two", None], "#text": "onethreefour"}
    ]


def test_an_element_inside_one_of_its_own_name_is_a_part_of_it(settings: Settings) -> None:
    assert take_xml(settings, "<a><p><name>A</name><p><name>B</name></p><x>1</x></p><p>C</p></a>") == [
        {"name": "A", "p": {"name": "B"}, "x": "1"},
        {"#text": "C"},
    ]


def test_a_wrong_element_name_gives_no_rows(settings: Settings) -> None:
    assert take_xml(settings, "<a><p/></a>", element="q") == []


def test_xml_in_another_encoding_says_so_itself(settings: Settings) -> None:
    content = '<?xml version="1.0" encoding="{}"?><a><p>Zoë</p></a>'
    for encoding in ("iso-8859-1", "utf-16", "windows-1252"):
        assert take_xml(settings, content.format(encoding).encode(encoding)) == [{"#text": "Zoë"}]


@pytest.mark.parametrize(
    "content",
    [
        "<!DOCTYPE a><a><p/></a>",
        "<!DOCTYPE a><a><q/></a>",
        '<!DOCTYPE a SYSTEM "file:///etc/hostname"><a><p/></a>',
        '<!DOCTYPE a [<!ENTITY e SYSTEM "pipe">]><a><p>&e;</p></a>',
        '<!DOCTYPE a [<!ENTITY % e SYSTEM "pipe"> %e;]><a><p/></a>',
        '<!DOCTYPE a [<!ENTITY e "x">]><a><p x="&e;"/></a>',
        "<!DOCTYPE a ["
         '<!ENTITY e0 "lol">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
        + ']><a><p x="&e9;">&e9;</p></a>',
    ],
)  # fmt: skip
def test_a_document_type_is_refused_and_nothing_outside_is_read(tmp_path: Path, content: str) -> None:
    settings = home(tmp_path)
    outside = put(tmp_path / "outside", "secret")
    put(settings.deliveries / "people.xml", content.replace("pipe", outside.as_uri()))
    assert "declares a document type, which is not read for safety" in refusal(settings, **xml())
    assert not any(b"secret" in path.read_bytes() for path in settings.landing.rglob("*") if path.is_file())


def test_xml_that_ends_midway_names_the_line_and_lands_nothing(settings: Settings) -> None:
    put(settings.deliveries / "people.xml", "<a>\n" + "<p><x>1</x></p>\n" * 50_000 + "<p><x>\n")
    assert "people.xml line 50003 stops being well-formed XML" in refusal(settings, **xml())


# Parquet and JSON.


def test_parquet_keeps_its_types(settings: Settings) -> None:
    row = {"n": 7, "d": Decimal("1.50"), "at": None, "on": [1, 2], "who": {"name": "A"}, "b": b"\xff", "t": True}
    kinds = pa.schema(
        [("n", pa.int32()), ("d", pa.decimal128(9, 2)), ("at", pa.timestamp("us", "UTC")), ("on", pa.list_(pa.int64())),
         ("who", pa.struct([("name", pa.string())])), ("b", pa.binary()), ("t", pa.bool_())]
    )  # fmt: skip
    path = settings.deliveries / "people.parquet"
    pyarrow.parquet.write_table(pa.Table.from_pylist([row], schema=kinds), path)
    load = take_in(settings, format="parquet", resources={"people": "people.parquet"})
    assert load.columns["people"] == {
        "n": "INTEGER", "d": "DECIMAL(9,2)", "at": "TIMESTAMP WITH TIME ZONE", "on": "BIGINT[]",
        "who": 'STRUCT("name" VARCHAR)', "b": "BLOB", "t": "BOOLEAN",
    }  # fmt: skip
    assert asked(settings, "people") == [tuple(row.values())]


@pytest.mark.parametrize("damage", [slice(0, 100), slice(100, None), slice(0, -9), slice(0, 0)])
def test_damaged_parquet_is_refused(settings: Settings, damage: slice) -> None:
    path = settings.deliveries / "people.parquet"
    pyarrow.parquet.write_table(pa.table({"n": list(range(1000))}), path)
    put(path, path.read_bytes()[damage] or b"PAR1")
    assert "people.parquet cannot be read as Parquet" in refusal(
        settings, format="parquet", resources={"people": "people.parquet"}
    )


@pytest.mark.parametrize("column", ["_row", "_FILE", "file_row_number"])
def test_a_column_that_is_called_as_one_of_conjoins_own_is_refused_or_kept(settings: Settings, column: str) -> None:
    path = settings.deliveries / "people.parquet"
    pyarrow.parquet.write_table(pa.table({"n": [1], column: [7]}), path)
    spec: dict[str, Any] = {"format": "parquet", "resources": {"people": "people.parquet"}}
    if column.startswith("_"):
        assert f"names a column `{column.lower()}`" in refusal(settings, **spec)
    else:
        take_in(settings, **spec)
        assert asked(settings, "people") == [(1, 7)]


@pytest.mark.parametrize(
    "content",
    ['[{"a": 1} {"a": 2}]', '[{"a": 1}]{"a": 2}', '[{"a": 1}] x', '[{"a": 1}', "[" * 5000, '[{"a": 1},]', '{"a": 1}',
     '[{"a": "\\ud800', "[1, 2", '[{"a": 1}}]', "\0", "[{'a': 1}]", "[" + '{"a":' * 3000 + "1" + "}" * 3000 + "]x"],
)  # fmt: skip
def test_what_is_no_json_array_is_refused(settings: Settings, content: str) -> None:
    put(settings.deliveries / "people.json", content)
    text = refusal(settings, format="json", layout="array", resources={"people": "people.json"})
    assert "people.json" in text


@pytest.mark.parametrize("mark", [b"", BOM])
@pytest.mark.parametrize("content", ["[]", "[ ]\n", '[{"a": 1}, 7, null, [], {"a": {}}]'])
def test_elements_that_are_no_documents_are_quarantined(settings: Settings, content: str, mark: bytes) -> None:
    put(settings.deliveries / "people.json", mark + content.encode())
    load = take_in(settings, format="json", layout="array", resources={"people": "people.json"})
    elements = json.loads(content)
    assert load.rows["people"] == sum(isinstance(one, dict) for one in elements)
    assert load.rows_extracted == len(elements)


def test_json_lines_of_every_kind_are_landed_or_quarantined(settings: Settings) -> None:
    lines = ['{"a": 1}', "", "  ", "7", "null", '{"a"', "\t", '{"a": 1}{"b": 2}', '{"\0": 1}', "{}", "NaN"]
    put(settings.deliveries / "people.jsonl", "\n".join(lines))
    load = take_in(settings, format="json", layout="lines", resources={"people": "people.jsonl"})
    assert asked(settings, "people") == [('{"a": 1}',), ("{}",)]
    assert quarantined(settings) == [(number, "malformed_json") for number in (4, 5, 6, 8, 9, 11)]
    assert load.rows_extracted == len([line for line in lines if line.strip()])
