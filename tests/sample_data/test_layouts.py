"""Every file has the layout that docs/reference/sample-systems.md promises."""

import csv
import json
import re
import sqlite3
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "sample-systems.md").read_text(encoding="utf-8")


def _section(title: str) -> str:
    return PAGE.split(f"## {title}")[1].split("\n## ")[0]


def _promised_columns(title: str) -> dict[str, list[str]]:
    rows = re.findall(r"^\| `([\w.]+)` \| (.+) \|$", _section(title), re.MULTILINE)
    without_notes = {name: re.sub(r"\([^()]*(\([^()]*\)[^()]*)*\)", "", columns) for name, columns in rows}
    return {name: [part.split()[0] for part in columns.split(",")] for name, columns in without_notes.items()}


def _promised_fields(record_type: str) -> list[tuple[int, int]]:
    row = re.search(rf"^\| `{record_type}` \| (.+) \|$", _section("PNC"), re.MULTILINE)
    assert row
    return [(int(start), int(length)) for start, length in re.findall(r"\w+ (\d+) (\d+)", row[1])]


@pytest.fixture
def pnc_lines(shipped: Path) -> list[str]:
    text = (shipped / "night-1" / "pnc" / "PNC_NOMINALS.txt").read_text(encoding="ascii")
    assert text.endswith("\n")
    return text.split("\n")[:-1]


def test_a_pnc_line_is_as_long_as_its_type_says_in_ascii_capitals(pnc_lines: list[str]) -> None:
    length = {kind: max(start + size - 1 for start, size in _promised_fields(kind)) for kind in
              ("HDR", "NOM", "ALI", "MKR", "OFF", "TRL")}  # fmt: skip
    assert {line[:3] for line in pnc_lines} == set(length)
    assert all(len(line) == length[line[:3]] for line in pnc_lines)
    assert all(line == line.upper() for line in pnc_lines)


def test_the_pnc_trailer_counts_the_lines(pnc_lines: list[str]) -> None:
    assert pnc_lines[0] == "HDR20260302020000"
    assert pnc_lines[-1] == f"TRL{len(pnc_lines) - 2:09d}"


def test_what_hangs_on_a_pnc_nominal_follows_it(pnc_lines: list[str]) -> None:
    current = ""
    for line in pnc_lines[1:-1]:
        if line.startswith("NOM"):
            current = line[3:17]
        assert line[3:17] == current


def test_csv_files_have_the_promised_columns(shipped: Path) -> None:
    for name, columns in _promised_columns("Force RMS").items():
        with (shipped / "night-1" / "rms" / name).open(encoding="utf-8", newline="") as file:
            assert next(csv.reader(file)) == columns, name


@pytest.mark.parametrize("system", ["NOMIS", "nDelius", "OASys"])
def test_databases_have_the_promised_tables_and_columns(shipped: Path, system: str) -> None:
    name = system.lower()
    promised = _promised_columns(system)
    with sqlite3.connect(shipped / "night-1" / name / f"{name}.sqlite") as database:
        tables = {row[0] for row in database.execute("select name from sqlite_master where type = 'table'")}
        assert tables == set(promised)
        for table, columns in promised.items():
            assert [row[1] for row in database.execute(f"pragma table_info({table})")] == columns, table
            assert database.execute(f"select count(*) from {table}").fetchone()[0] > 0, table


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(_keys(part) for part in value.values()))
    if isinstance(value, list):
        return set().union(*(_keys(part) for part in value))
    return set()


@pytest.mark.parametrize(("title", "file"), [("CTNM", "ctnm/cases.json"), ("ViSOR", "visor/nominals.jsonl")])
def test_documents_have_the_promised_fields(shipped: Path, title: str, file: str) -> None:
    shape = re.search(r"^`(\{.+\})`", _section(title), re.MULTILINE)
    promised = set(re.findall(r'"(\w+)"', shape[1])) if shape else set()
    text = (shipped / "night-1" / file).read_text(encoding="utf-8")
    documents = json.loads(text) if file.endswith(".json") else [json.loads(line) for line in text.splitlines()]
    assert _keys(documents) == promised
    assert len({json.dumps(sorted(document)) for document in documents}) == 1


def test_probation_always_has_a_date_of_birth(shipped: Path) -> None:
    with sqlite3.connect(shipped / "night-1" / "ndelius" / "ndelius.sqlite") as database:
        assert database.execute("select count(*) from offenders where date_of_birth is null").fetchone() == (0,)


@pytest.mark.parametrize(
    ("system", "query", "pattern"),
    [
        ("nomis", "select noms_no from offenders", r"[A-Z]\d{4}[A-Z]{2}"),
        ("ndelius", "select crn from offenders", r"[A-Z]\d{6}"),
    ],
)
def test_record_ids_have_the_form_of_their_system(shipped: Path, system: str, query: str, pattern: str) -> None:
    with sqlite3.connect(shipped / "night-1" / system / f"{system}.sqlite") as database:
        assert all(re.fullmatch(pattern, key) for (key,) in database.execute(query))
