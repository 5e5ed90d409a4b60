"""Whatever bytes a delivery is, and whatever a YAML file says: it is read, set apart or refused in one sentence."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from linkage_models.relations import Temporaries, single_value
from pipelines.deployment import Deployment
from pipelines.errors import ConfigurationError, SourceError
from pipelines.landing.extraction import Extraction
from pipelines.landing.files.formats import read_file
from pipelines.landing.files.places import Folder, fetch
from pipelines.settings import Settings
from pipelines.source import SourceSpec
from pipelines.source.extract import FileSpec
from pipelines.yaml_file import read_yaml
from tests.pipelines.landing.delivery import SYSTEM, extract

PATIENT = settings(suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def read(
    con: duckdb.DuckDBPyConnection, folder: Path, content: bytes, name: str = "file", **fields: Any
) -> tuple[int, int] | None:
    """Read a delivered file; return the rows it gave and those that were quarantined, or None where it is refused."""
    with Temporaries(con) as own:
        return _read(own, folder, content, name, **fields)


def _read(own: Temporaries, folder: Path, content: bytes, name: str, **fields: Any) -> tuple[int, int] | None:
    spec: FileSpec = extract(**fields)  # type: ignore[assignment]
    (folder / name).write_bytes(content)
    into = folder / "into"
    into.mkdir(exist_ok=True)
    extraction = Extraction(own, SYSTEM, into)
    extraction.begin()
    place = Folder(folder)
    try:
        (listed,) = place.listing(name)
        counts = read_file(extraction, spec, tuple(spec.resources), fetch(SYSTEM, place, listed, into))
    except SourceError as error:
        text = str(error)
        assert "\n" not in text
        assert text.endswith(".")
        return None
    rows = 0
    for resource in spec.resources:
        path = extraction.file(resource)
        numbers = own.con.execute(f"SELECT count(*), count(DISTINCT _row), min(_row) FROM '{path}'").fetchone()
        assert numbers
        assert numbers[:2] == (counts[resource],) * 2
        assert numbers[2] is None or numbers[2] >= 1
        rows += counts[resource]
    return rows, single_value(own.con, "SELECT count(*) FROM quarantined")


# Bytes that look enough like the real thing to get past the first look.

UTF_8 = st.binary(max_size=60) | st.text(max_size=30).map(lambda text: text.encode("utf-8", "surrogatepass"))


def pieces(*parts: str) -> st.SearchStrategy[bytes]:
    """Return files made of these pieces in any order, with stray bytes in between."""
    wanted = st.sampled_from(parts).map(str.encode)
    stray = st.sampled_from([b"\xff", b"\0", b"\xc3", b"\xef\xbb\xbf"]) | UTF_8
    return st.lists(wanted | wanted | wanted | stray, max_size=20).map(b"".join)


def lines_of(content: bytes) -> list[bytes]:
    """Return a text file's lines without their ends, as an editor shows them."""
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return [line.removesuffix(b"\r") for line in lines]


CSV: dict[str, Any] = {"format": "csv", "resources": {"r": "file"}, "columns": ["a", "b"]}


@given(content=pieces("a,b", "\n", "\r\n", ",", '"', '""', "x", "\r", "é", "1,2\n", '1,"x\ny"\n'))
@example(content=b'1,"\n\n",2\n')
@settings(PATIENT, max_examples=120)
def test_any_bytes_as_csv(con: duckdb.DuckDBPyConnection, folder: Path, content: bytes) -> None:
    found = read(con, folder, content, **CSV)
    if not content:
        assert found is None
        return
    assert found is not None
    lines = [line for line in lines_of(content) if line]
    landed = con.execute(f"SELECT a, b FROM '{folder / 'into' / 'r.parquet'}'").fetchall()
    # A quoted field may run over several lines, of which some may be blank.
    assert sum(found) + sum(_further_lines(value or "") for row in landed for value in row) == len(lines)
    # What is landed is what the standard library reads.
    if b"\r" not in content and content.count(b'"') == 0:
        texts = [line.decode() for line in lines if _is_utf_8(line)]
        rows = [[value or None for value in row] for row in csv.reader(texts) if len(row) == 2]
        assert [list(row) for row in landed] == rows


def _further_lines(value: str) -> int:
    """Return how many lines a field takes after its first, the blank ones left out."""
    _, *further = value.split("\n")
    return len(further) - further[:-1].count("")


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


@given(content=pieces("a,b", "\n", ",", '"', "_row", " ", "x"))
@settings(PATIENT, max_examples=100)
def test_any_bytes_as_csv_with_a_header(con: duckdb.DuckDBPyConnection, folder: Path, content: bytes) -> None:
    read(con, folder, content, format="csv", resources={"r": "file"})


@given(
    content=st.binary(max_size=80) | pieces("a", ",", "\n").map(lambda text: text.decode("latin-1").encode("utf-16"))
)
@settings(PATIENT, max_examples=100)
def test_any_bytes_as_utf_16(con: duckdb.DuckDBPyConnection, folder: Path, content: bytes) -> None:
    found = read(con, folder, content, **CSV, encoding="utf-16")
    assert found or not content


FIXED: dict[str, Any] = {
    "format": "fixed_width", "path": "file", "record_type": [1, 1],
    "resources": {"p": {"type": "P", "fields": {"a": [2, 3]}}, "q": {"type": "Q", "fields": {"a": [2, 1]}}},
}  # fmt: skip


@given(content=pieces("P123\n", "Q1\n", "H\n", "T001\n", "P", "\n", "\r", "²"), envelope=st.booleans())
@settings(PATIENT, max_examples=80)
def test_any_bytes_as_fixed_width(con: duckdb.DuckDBPyConnection, folder: Path, content: bytes, envelope: bool) -> None:
    around: dict[str, Any] = {"header": "H", "trailer": {"type": "T", "count": [2, 3]}} if envelope else {}
    found = read(con, folder, content, **FIXED, **around)
    if found is not None:
        assert sum(found) == len(lines_of(content)) - (2 if envelope else 0)
    else:
        assert envelope or not content


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


JSON_PIECES = pieces("{}", '{"a": 1}', "[", "]", ",", "\n", '"', "null", "{", "}")


@given(content=JSON_PIECES | DOCUMENTS.map(lambda one: json.dumps(one).encode()))
@settings(PATIENT, max_examples=80)
def test_any_bytes_as_json_lines(con: duckdb.DuckDBPyConnection, folder: Path, content: bytes) -> None:
    found = read(con, folder, content, format="json", layout="lines", resources={"r": "file"})
    if found is not None:
        assert sum(found) == len([line for line in lines_of(content) if line.strip(b" \t\r")])
    else:
        assert not content


@given(
    content=JSON_PIECES
    | pieces("{}", ",", "[", "]").map(lambda inner: b"[" + inner + b"]")
    | DOCUMENTS.map(lambda one: json.dumps(one).encode())
)
@settings(PATIENT, max_examples=100)
def test_any_bytes_as_a_json_array(con: duckdb.DuckDBPyConnection, folder: Path, content: bytes) -> None:
    found = read(con, folder, content, format="json", layout="array", resources={"r": "file"})
    try:
        elements = json.loads(content.removeprefix(b"\xef\xbb\xbf").decode())
    except ValueError:
        elements = None
    if found is not None and isinstance(elements, list):
        assert sum(found) == len(elements)
    elif found is not None:
        assert found[0] == 0 or elements is None
    else:
        assert not isinstance(elements, list) or b"NaN" in content or b"Infinity" in content or b"\\ud" in content


@given(
    content=pieces("<a>", "</a>", "<p>", "</p>", "<p/>", "<p x='1'>", "<!--", "-->", "<![CDATA[", "]]>", "&amp;", "&e;",
                   "<?x?>", "<!DOCTYPE a>", "text", "xmlns='u'", "<?xml version='1.0' encoding='shift_jis'?>")
)  # fmt: skip
@settings(PATIENT, max_examples=100)
def test_any_bytes_as_xml(con: duckdb.DuckDBPyConnection, folder: Path, content: bytes) -> None:
    read(con, folder, content, format="xml", resources={"r": {"path": "file", "element": "p"}})


def whole_files() -> dict[str, bytes]:
    """Return a sound file of each kind that is not text."""
    table, archive = io.BytesIO(), io.BytesIO()
    pyarrow.parquet.write_table(pa.table({"n": list(range(50)), "t": ["text"] * 50}), table)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("file.csv", "1,2\n" * 50)
    return {
        "file": table.getvalue(), "file.zip": archive.getvalue(), "file.gz": gzip.compress(b"1,2\n" * 50, mtime=0),
    }  # fmt: skip


WHOLE = whole_files()


@given(
    name=st.sampled_from(sorted(WHOLE)),
    change=st.lists(st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=4)), max_size=3),
    keep=st.integers(0, 3000),
    alone=st.none() | st.binary(max_size=100),
)
@settings(PATIENT, max_examples=120)
def test_any_bytes_as_parquet_or_packed(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    name: str,
    change: list[tuple[int, bytes]],
    keep: int,
    alone: bytes | None,
) -> None:
    content = bytearray(WHOLE[name][:keep] if alone is None else alone)
    for at, piece in change:
        content[at : at + len(piece)] = piece
    if name == "file":
        read(con, folder, bytes(content), format="parquet", resources={"r": "file"})
    else:
        read(con, folder, bytes(content), name, **CSV | {"resources": {"r": name}})


# Configuration.

SHIPPED = {source.spec.system: source.yaml_file for source in Deployment.load(Settings()).sources}


def configured(path: Path) -> SourceSpec | None:
    """Return what a YAML file says, or None where it is refused in one line."""
    try:
        return read_yaml(path, SourceSpec, below=("attributes",))
    except ConfigurationError as error:
        text = str(error)
    assert "\n" not in text
    return None


YAML_PIECES = [
    "a: 1\n", "- x\n", "attributes:\n", "  system: x\n", "{", "}", "[", "]", "&a ", "*a", "&a [*a]", "!!int x",
    "!!binary x", "? ", ": ", "'", '"', "|\n", ">\n", "2026-02-31", "0x", "1e999", "!!timestamp x", "<<: *a\n", "\t",
    "\0", "%YAML 1.1\n", "---\n", "...\n", "!!set {x}", "!!omap", "!!float x", "9" * 5000, "~", "[[1]: 2]",
]  # fmt: skip
YAML_TEXTS = st.lists(st.sampled_from(YAML_PIECES) | st.text(max_size=5), max_size=12).map("".join)


@given(text=YAML_TEXTS | st.text(max_size=50))
@example(text="!!int x")
@example(text="!!float x")
@example(text="!!omap")
@example(text="!!omap[")
@example(text="2026-02-31")
@example(text="&a [*a]")
@example(text="[[1]: 2]: 3")
@settings(PATIENT, max_examples=120)
def test_any_text_as_yaml(folder: Path, text: str) -> None:
    path = folder / "defs.yaml"
    for content in (text, f"attributes:\n  system: {text}", f"attributes: {text}"):
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
        configured(path)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.dates()
    | st.sampled_from(["csv", "json", "utf-16", "base64", "**", "..", "changes", "$.x", "''"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


def places_in(tree: object, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to everything in a tree."""
    if at:
        yield at
    parts = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, part in parts:
        yield from places_in(part, (*at, step))


TREES = {system: YAML(typ="safe").load(path.read_text()) for system, path in SHIPPED.items()}


@pytest.mark.parametrize("name", [[], {}, 7, None])
def test_a_list_of_tables_holds_names(folder: Path, name: object) -> None:
    tree = json.loads(json.dumps(TREES["nomis"], default=str))
    tree["attributes"]["extract"]["resources"] = ["offenders", name]
    with (folder / "tables.yaml").open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(tree, file)
    assert configured(folder / "tables.yaml") is None


@given(data=st.data())
@settings(PATIENT, max_examples=80)
def test_any_change_of_a_shipped_source(folder: Path, data: st.DataObject) -> None:
    system = data.draw(st.sampled_from(sorted(TREES)))
    tree = json.loads(json.dumps(TREES[system], default=str))
    for _ in range(data.draw(st.integers(1, 2))):
        *way, last = data.draw(st.sampled_from(list(places_in(tree))))
        part = tree
        for step in way:
            part = part[step]
        how = data.draw(st.sampled_from(["replace", "remove", "rename"]))
        value = part.pop(last) if how != "replace" else None
        if how == "replace":
            part[last] = data.draw(ANYTHING)
        elif how == "rename" and isinstance(part, dict):
            part[data.draw(st.text(max_size=8) | st.sampled_from(["path", "key", "from", "load", "type"]))] = value
    path = folder / "changed.yaml"
    with path.open("w", encoding="utf-8", errors="surrogatepass") as file:
        YAML(typ="safe").dump(tree, file)
    configured(path)
