"""Rulings as CSV: what was exported comes back exactly, all of a file is taken or none, and twice is once."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.pipelines.nights import ask, conjoin, copy_of, refused

pytestmark = pytest.mark.slow

HEADING = "record_a,record_b,verdict,decided_by,reason\n"


def pairs(home: Path, number: int) -> list[tuple[str, str]]:
    """Return some near misses, no record twice."""
    found: list[tuple[str, str]] = []
    seen: set[str] = set()
    for one, other in ask(home, "SELECT record_l, record_r FROM linked.link WHERE relation = 'near_miss' ORDER BY ALL"):
        if not {one, other} & seen:
            seen |= {str(one), str(other)}
            found.append((str(one), str(other)))
    return found[:number]


def test_an_export_comes_back_exactly_and_twice_is_once(night_one: Path, tmp_path: Path) -> None:
    home, elsewhere, file = (
        copy_of(night_one, tmp_path / "one"),
        copy_of(night_one, tmp_path / "two"),
        tmp_path / "r.csv",
    )
    (a, b), (c, d) = pairs(home, 2)
    conjoin(home, "decide", "same", a, b, "--by", "a.person", "--reason", 'seen, with "quotes"\nand a line')
    conjoin(home, "decide", "different", c, d, "--by", "b.person", "--reason", "twins")
    listed = conjoin(home, "decide", "list").stdout.split()
    conjoin(home, "decide", "withdraw", listed[0], "--by", "c.person", "--reason", "mixed up")
    assert conjoin(home, "decide", "export", str(file)).stdout == f"Wrote 2 decisions to {file}.\n"
    assert conjoin(elsewhere, "decide", "import", str(file)).stdout.startswith("Took 2 of 2 decisions;")
    assert conjoin(elsewhere, "decide", "list", "--json").stdout == conjoin(home, "decide", "list", "--json").stdout
    assert conjoin(elsewhere, "decide", "import", str(file)).stdout.startswith("Took 0 of 2 decisions;")
    again = tmp_path / "again.csv"
    conjoin(elsewhere, "decide", "export", str(again))
    assert again.read_bytes() == file.read_bytes()


def test_a_file_without_ids_is_taken_once_and_changes_what_the_next_run_publishes(
    night_one: Path, tmp_path: Path
) -> None:
    home, file = copy_of(night_one, tmp_path), tmp_path / "rulings.csv"
    ((a, b),) = pairs(home, 1)
    file.write_text(f"{HEADING}{b},{a},same,a.person,fingerprints\n", encoding="utf-8-sig")
    assert conjoin(home, "decide", "import", str(file)).stdout.startswith("Took 1 of 1")
    assert conjoin(home, "decide", "import", str(file)).stdout.startswith("Took 0 of 1")
    conjoin(home, "run", "--json")
    assert "A person ruled that they are the same person." in conjoin(home, "explain", a, b).stdout


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("{a},{b},maybe,a.person,why", "line 3: The verdict must be 'same' or 'different', not 'maybe'."),
        ("{a},{a},same,a.person,why", "line 3: A decision is about two records"),
        ("{a},nomis:A0000AA,same,a.person,why", "line 3: No source system holds the record nomis:A0000AA;"),
        ("{a},{b},same,,why", "line 3: the field decided_by is empty; fill it in."),
        ("{a},{b},same,a.person", "line 3: it has not as many fields as the first line; mend it."),
        ("{c},{d},different,a.person,why", "line 3: Decision "),
    ],
)
def test_one_bad_row_is_named_with_its_line_and_nothing_of_the_file_is_taken(
    night_one: Path, tmp_path: Path, bad: str, says: str
) -> None:
    home, file = copy_of(night_one, tmp_path), tmp_path / "rulings.csv"
    (a, b), (c, d) = pairs(home, 2)
    file.write_text(f"{HEADING}{c},{d},same,a.person,why\n{bad.format(a=a, b=b, c=c, d=d)}\n")
    said = refused(home, "decide", "import", str(file))
    assert said.startswith(f"{file}, {says}")
    assert "\n" not in said
    assert conjoin(home, "decide", "list").stdout == "No decisions have been made.\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"record_a,record_b,verdict\n", "lacks the column decided_by, reason"),
        (HEADING.strip().encode() + b",colour\n", "has the column 'colour', which no export has"),
        (b"\xff\xfe\x00", "cannot be read as CSV in UTF-8"),
    ],
)
def test_a_file_that_is_no_table_of_rulings_is_refused_in_a_sentence(
    night_one: Path, tmp_path: Path, content: bytes, says: str
) -> None:
    file = tmp_path / "rulings.csv"
    file.write_bytes(content)
    said = refused(night_one, "decide", "import", str(file))
    assert said.startswith(f"{file} {says}")
    assert "cannot be read" in refused(night_one, "decide", "import", str(tmp_path / "none.csv"))


def test_an_id_that_is_held_with_another_ruling_is_refused(night_one: Path, tmp_path: Path) -> None:
    home, file = copy_of(night_one, tmp_path), tmp_path / "rulings.csv"
    ((a, b),) = pairs(home, 1)
    conjoin(home, "decide", "same", a, b, "--by", "a.person", "--reason", "seen")
    conjoin(home, "decide", "export", str(file))
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    shutil.copy(file, tmp_path / "kept.csv")
    file.write_text(file.read_text().replace("seen", "heard"))
    assert f"the decision {rows[0]['decision_id']} is held and says something else" in refused(
        home, "decide", "import", str(file)
    )


def test_no_ruling_is_taken_that_the_audit_log_cannot_tell_of(night_one: Path, tmp_path: Path) -> None:
    home = copy_of(night_one, tmp_path)
    ((a, b),) = pairs(home, 1)
    file = tmp_path / "rulings.csv"
    file.write_text(f"{HEADING}{a},{b},different,a.person,twins\n", encoding="utf-8")
    log = home / "audit" / "audit.jsonl"
    kept = log.rename(tmp_path / "kept.jsonl")
    log.mkdir()
    refused(home, "decide", "import", str(file))
    refused(home, "decide", "different", a, b, "--by", "a.person", "--reason", "twins")
    log.rmdir()
    kept.rename(log)
    assert conjoin(home, "decide", "list").stdout.count("D") == 0
    conjoin(home, "decide", "import", str(file))
    assert "imported" in log.read_text(encoding="utf-8")

    ruling = conjoin(home, "decide", "list").stdout.split()[0]
    log.rename(kept)
    log.mkdir()
    refused(home, "decide", "withdraw", ruling, "--by", "a.person", "--reason", "mixed up")
    log.rmdir()
    kept.rename(log)
    (in_force,) = json.loads(conjoin(home, "decide", "list", "--json").stdout)
    assert in_force["withdrawn_at"] is None
